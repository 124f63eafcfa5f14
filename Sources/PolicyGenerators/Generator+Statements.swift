import PolicyModel

extension Generator {
    /// A statement near the target.
    mutating func statement(kind: PolicyKind, expands: Bool) -> Statement {
        let effect: Effect = kind == .rcp || random.chance(12) ? .deny : .allow
        return Statement(
            effect: effect, principal: principal(kind: kind, effect: effect), action: action(kind: kind),
            resource: resourceElement(kind: kind, expands: expands), conditions: conditions(expands: expands))
    }

    private mutating func action(kind: PolicyKind) -> ActionElement {
        let patterns = (0..<Int.random(in: 1...(isLarge ? 8 : 3), using: &random)).map { _ in actionPattern(kind: kind)
        }
        return kind != .rcp && random.chance(12) ? .notAction(patterns) : .action(patterns)
    }

    private mutating func actionPattern(kind: PolicyKind) -> Text {
        // "no (must name a service, `svc:*`)" (spec §2.5).
        if kind == .rcp { return random.chance(50) ? "docs:*" : random.pick(Vocabulary.actions + ["mail:*", "sts:*"]) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return "*"
        case 1: return random.pick(["*:*", "docs:*", "mail:*", "*:Read", "docs:*e*a*", "docs:???d"])
        case 2...3: return random.pick(Vocabulary.actions)
        default:
            // The vendor must be literal or `*` (spec §2.4).
            let parts = target.action.split(at: ASCII.colon, maximum: 2)
            guard parts.count == 2, !parts[1].isEmpty else { return "docs:*" }
            let name = random.chance(60) ? blurred(parts[1]) : parts[1]
            return Text("\(random.chance(15) ? "*" : parts[0]):\(name)")
        }
    }

    /// The text with some of it made wildcards; never empty, and nothing past U+00FF (spec §2.1).
    mutating func blurred(_ text: Text) -> Text {
        var result = String.UnicodeScalarView()
        var skipped = 0
        for scalar in text.string.unicodeScalars {
            if skipped > 0 {
                skipped -= 1
            } else if random.chance(8) {
                result.append("*")
                skipped = Int.random(in: 0...4, using: &random)
            } else {
                result.append(random.chance(8) || scalar.value > 0xFF ? "?" : scalar)
            }
        }
        if result.isEmpty || random.chance(15) { result.append("*") }
        return Text(String(result))
    }

    private mutating func resourceElement(kind: PolicyKind, expands: Bool) -> ResourceElement? {
        if kind == .trust || (kind == .resource && random.chance(30)) { return nil }
        let patterns = (0..<Int.random(in: 1...(isLarge ? 6 : 2), using: &random)).map { _ in
            resourcePattern(kind: kind, expands: expands)
        }
        return random.chance(12) ? .notResource(patterns) : .resource(patterns)
    }

    private mutating func resourcePattern(kind: PolicyKind, expands: Bool) -> Text {
        let completes = kind == .identity || kind == .managed || kind == .boundary || kind == .scp
        switch Int.random(in: 0..<12, using: &random) {
        case 0...1: return "*"
        case 2: return random.pick(["arn:aws:docs:*:*:*", "arn:aws:docs:*:*:*/*"])
        case 3 where completes:
            return random.pick(["arn:aws:docs", "arn:aws:docs:*", "arn:*:docs", "arn:aws:docs:eu*", "arn:aws:mail::"])
        case 4:
            // Stars that cross `:` before stars that do not (spec R13).
            return random.pick([
                "arn:aws:docs:x*1:*:b/x", "arn:aws:docs:*:*1*:b/*", "arn:aws:docs:e*:?:b*", "arn:a*:docs:*w*t*:*:b/?",
            ])
        default: return patternNearTarget(expands: expands)
        }
    }

    private mutating func patternNearTarget(expands: Bool) -> Text {
        guard let arn = ARN(target.resource) else {
            return Text("arn:aws:docs:::\(sixthField(random.pick(Vocabulary.resources), expands: expands))")
        }
        let partition: Text = random.chance(15) ? random.pick(["*", "a*", "a?s"]) : arn.partition
        let region = random.chance(40) ? blurred(arn.region) : arn.region
        let account = random.chance(40) ? blurred(arn.account) : arn.account
        let rest = sixthField(arn.resource, expands: expands)
        // "IAM ARNs carry no region and their sixth field must start with a known kind" (spec §2.4).
        guard arn.service == "iam" else {
            return Text("arn:\(partition):\(arn.service):\(region):\(account):\(rest)")
        }
        let isOfKind = rest.hasPrefix("role/") || rest == "*"
        return Text("arn:\(partition):iam::\(account):\(isOfKind ? rest : "role/*")")
    }

    /// The sixth field, with a variable in one case of four; in 2008 documents that is plain text.
    private mutating func sixthField(_ field: Text, expands: Bool) -> Text {
        let isPlain = !field.string.unicodeScalars.contains("$")
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return Text("home/\(random.pick(Vocabulary.variables))")
        case 1: return Text("b/\(random.pick(Vocabulary.variables))/*")
        case 2...3 where isPlain || !expands: return writable(field)
        case 4: return "*"
        default: return isPlain ? blurred(field) : "home/*"
        }
    }

    /// The text with whatever a policy may not hold made `?` (spec §2.1).
    mutating func writable(_ text: Text) -> Text {
        var result = String.UnicodeScalarView()
        for scalar in text.string.unicodeScalars { result.append(scalar.value > 0xFF ? "?" : scalar) }
        return Text(String(result))
    }

    private mutating func principal(kind: PolicyKind, effect: Effect) -> PrincipalElement? {
        switch kind {
        case .identity, .managed, .boundary, .session, .scp: return nil
        case .rcp: return .principal([.everyone])
        case .resource where effect == .deny && random.chance(40): return .notPrincipal(chain())
        case .resource, .trust:
            return .principal((0..<Int.random(in: 1...2, using: &random)).map { _ in principalPattern() })
        }
    }

    mutating func principalPattern() -> PrincipalPattern {
        if random.chance(15) {
            return random.pick([
                .everyone, .service("events.example"), .userID("AIDAOTHER"),
                .federated(random.pick(Vocabulary.providers)),
            ])
        }
        let other = target.caller.account.map { Generator.other($0.text) } ?? Vocabulary.home
        return random.pick(near(target.caller) + [.account(Generator.account(other))])
    }

    /// Everything that names the caller, and what nearly does.
    private func near(_ caller: GeneratedCaller) -> [PrincipalPattern] {
        var patterns: [PrincipalPattern] = caller.account.map { [.account($0)] } ?? [.everyone]
        if let id = caller.canonicalID { patterns.append(.canonicalUser(id)) }
        if let arn = caller.userARN { patterns += [.user(arn), .user(arn), .user(Text("\(arn)by"))] }
        if let id = caller.userID { patterns.append(.userID(id)) }
        if let role = caller.roleARN, let account = caller.account {
            patterns += [.role(role), .assumedRole(caller.arn), .assumedRole(Text("\(caller.arn)x"))]
            patterns.append(.role(Text("arn:aws:iam::\(account):role/R2")))
        }
        if let id = caller.roleID { patterns.append(.roleID(id)) }
        if let provider = target.provider { patterns.append(.federated(provider)) }
        switch caller.principal {
        case .federatedUser: patterns += [.federatedUser(caller.arn), .federatedUser(Text("\(caller.arn)x"))]
        case .service(let name): patterns += [.service(name), .service(name)]
        case .user, .root, .assumedRole, .anonymous: break
        }
        return patterns
    }

    /// The chain of a NotPrincipal (spec §6.6), from which something may be missing.
    private mutating func chain() -> [PrincipalPattern] {
        let caller = target.caller
        var chain: [PrincipalPattern] = caller.account.map { [.account($0)] } ?? []
        switch caller.principal {
        case .user(_, let arn): chain.append(caller.userID.map { .userID($0) } ?? .user(arn))
        case .assumedRole: chain += [.role(caller.roleARN ?? ""), .assumedRole(caller.arn)]
        case .federatedUser: chain.append(.federatedUser(caller.arn))
        case .service(let name): chain.append(.service(name))
        case .root: break
        case .anonymous: chain.append(.everyone)
        }
        if random.chance(5) { chain = [.everyone] }
        if random.chance(25) { chain.remove(at: Int.random(in: 0..<chain.count, using: &random)) }
        return chain.isEmpty ? [.service("other.example")] : chain
    }
}
