/// Principal elements: the grades of spec §6.4, and `NotPrincipal` of §6.6.
extension Evaluation {
    /// The grades by which a principal element names the caller; for `NotPrincipal`, `everyone` when it is hit.
    @usableFromInline
    func principalGrades(_ node: Int, _ scratch: inout Scratch) -> Grades {
        var grades: Grades = []
        let count = image.offset(node + Format.Principal.count)
        for index in 0..<count {
            let at = node + Format.Principal.entries + index * 2
            guard scratch.spend(1) else { return [] }
            grades.formUnion(grade(image[at], image.offset(at + 1), scratch.caller))
        }
        guard image[node + Format.Principal.isNot] != 0 else { return grades }
        return isExempt(grades, scratch.caller) ? [] : .everyone
    }

    private func grade(_ kind: UInt32, _ bytes: Int, _ caller: CallerFacts) -> Grades {
        // "trust only (`Federated` principal + conditions […])" (spec §8): no Allow reaches a bearer as one of everyone.
        if kind == Format.Principal.everyone { return caller.seeksTrust && caller.kind == .bearer ? [] : .everyone }
        let name = image.bytes(bytes)
        switch kind {
        case Format.Principal.account: return name.equals(caller.account) ? .account : []
        case Format.Principal.canonicalUser:
            return !caller.canonicalID.isEmpty && name.equals(caller.canonicalID) ? .account : []
        case Format.Principal.user where isUser(caller): return name.equals(caller.arn) ? .user : []
        case Format.Principal.userID where isUser(caller): return isID(name, of: caller) ? .user : []
        case Format.Principal.role where caller.kind == .session: return name.equals(caller.arn) ? .role : []
        case Format.Principal.roleID where caller.kind == .session: return isID(name, of: caller) ? .role : []
        case Format.Principal.assumedRole where caller.kind == .session:
            return name.equals(caller.sessionARN) ? .session : []
        case Format.Principal.federatedUser where caller.kind == .federatedUser:
            return name.equals(caller.sessionARN) ? .federatedUser : []
        case Format.Principal.service where caller.kind == .service:
            return name.equals(caller.service) ? .service : []
        // "IdP of the session (role sessions from OIDC/SAML […]); in trust: the unauthenticated caller" (spec §6.4).
        case Format.Principal.federated where caller.kind == .bearer || (caller.kind == .session && !caller.seeksTrust):
            return !caller.provider.isEmpty && name.equals(caller.provider) ? .federated : []
        default: return []
        }
    }

    /// A federated session is named by its user, too (spec §6.4).
    private func isUser(_ caller: CallerFacts) -> Bool {
        caller.kind == .user || caller.kind == .federatedUser
    }

    private func isID(_ name: ByteView, of caller: CallerFacts) -> Bool {
        !caller.id.isEmpty && name.equals(caller.id)
    }

    /// Whether a `NotPrincipal` list spares the caller: every member of its chain is listed, and it has no boundary.
    private func isExempt(_ grades: Grades, _ caller: CallerFacts) -> Bool {
        // "A principal with a PB is always denied by a NotPrincipal Deny whatever is listed" (spec §6.6).
        guard !caller.hasBoundary else { return false }
        if grades.contains(.everyone) { return true }
        switch caller.kind {
        case .root: return grades.contains(.account)
        case .user: return grades.isSuperset(of: [.account, .user])
        case .session: return grades.isSuperset(of: [.account, .role, .session])
        case .federatedUser: return grades.isSuperset(of: [.account, .federatedUser])
        case .service: return grades.contains(.service)
        // "service / anonymous: service name / only `*`" (spec §6.6).
        case .unknown, .anonymous, .bearer: return false
        }
    }
}
