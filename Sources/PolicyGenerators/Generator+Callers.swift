import PolicyModel

extension Generator {
    /// A caller of any kind.
    static func caller(_ random: inout SeededRandom) -> GeneratedCaller {
        let account = account(random.chance(80) ? Vocabulary.home : Vocabulary.abroad)
        var caller: GeneratedCaller
        switch Int.random(in: 0..<20, using: &random) {
        case 0...1:
            caller = GeneratedCaller(principal: .root(account), arn: account.rootARN, account: account)
        case 2...7: caller = user(account, &random)
        case 8...13: caller = roleSession(account, &random)
        case 14...16: caller = federatedUser(account, &random)
        case 17...18:
            let name = random.pick(Vocabulary.serviceNames)
            return GeneratedCaller(principal: .service(name), arn: name)
        default: return GeneratedCaller(principal: .anonymous, arn: "anonymous")
        }
        if account.text == Vocabulary.home { caller.canonicalID = Vocabulary.canonicalID }
        return caller
    }

    private static func user(_ account: AccountID, _ random: inout SeededRandom) -> GeneratedCaller {
        let users: [(Text, Text?)] = [("bob", "AIDABOB"), ("team/alice", "AIDAALICE"), ("Bob", nil)]
        let (path, id) = random.pick(users)
        let arn = Text("arn:aws:iam::\(account):user/\(path)")
        return GeneratedCaller(
            principal: .user(account: account, arn: arn), arn: arn, account: account, userARN: arn, userID: id,
            tags: tags(&random))
    }

    private static func roleSession(_ account: AccountID, _ random: inout SeededRandom) -> GeneratedCaller {
        let roles: [(Text, Text?)] = [
            ("R", "AROAR"), ("p/R2", "AROAR2"), ("p/R3", nil), ("p/R4", "AROAR4"),
            ("aws-service-role/docs.example/Linked", "AROALINKED"),
        ]
        let (path, id) = random.pick(roles)
        let name = path.split(at: ASCII.slash).last ?? path
        let session: Text = random.pick(["s1", "bob"])
        return GeneratedCaller(
            principal: .assumedRole(account: account, roleName: name, sessionName: session),
            arn: Text("arn:aws:sts::\(account):assumed-role/\(name)/\(session)"), account: account,
            roleARN: Text("arn:aws:iam::\(account):role/\(path)"), roleID: id, sessionName: session,
            tags: tags(&random))
    }

    /// Now and then one of whom the question does not say the user.
    private static func federatedUser(_ account: AccountID, _ random: inout SeededRandom) -> GeneratedCaller {
        var caller = user(account, &random)
        caller.principal = .federatedUser(account: account, name: "fed")
        caller.arn = Text("arn:aws:sts::\(account):federated-user/fed")
        if random.chance(4) {
            caller.userARN = nil
            caller.userID = nil
        }
        return caller
    }

    /// What is known of a caller's credentials; `nil` when the question does not say.
    mutating func session(of caller: GeneratedCaller) -> GeneratedSession? {
        switch caller.principal {
        case .service, .anonymous: return nil
        case .federatedUser: return caller.userARN == nil ? nil : session()
        case .assumedRole: return random.chance(85) ? session() : nil
        case .user, .root: return random.chance(25) ? session() : nil
        }
    }

    private mutating func session() -> GeneratedSession {
        var session = GeneratedSession()
        if random.chance(30) {
            session.tags = [
                GeneratedTag(key: random.pick(["team", "TEAM", "x"]), value: random.pick(["team-a", "b", ""]))
            ]
            if random.chance(50) { session.transitiveTagKeys = session.tags.map(\.key.foldedASCII) }
        }
        if random.chance(30) { session.sourceIdentity = random.pick(Vocabulary.sourceIdentities) }
        if random.chance(30) { session.federatedProvider = random.pick(Vocabulary.providers) }
        if random.chance(90) { session.issued = random.pick(["2025-12-31T12:00:00Z", "2026-01-01T00:00:00Z"]) }
        if random.chance(50) {
            session.mfaPresent = true
            if random.chance(80) { session.mfaAgeSeconds = random.pick([0, 5, 7, 3_600]) }
        }
        return session
    }
}
