internal import DecisionTree
internal import PolicyModel

/// Who asks (spec §1, §8; design §3.3).
extension Question {
    /// Finds who asks; a verdict when that alone decides.
    @inline(__always)
    mutating func resolveCaller(
        _ view: borrowing RequestView, _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict? {
        if isAssumption { try checkProvider(view) }
        if let reason = identify(view, &scratch) { return Verdict(.implicitDeny, reason) }
        if view.session.isGiven { try checkSession(view, scratch.caller) }
        scratch.caller.provider =
            scratch.caller.kind == .bearer ? assumption.federatedProvider : view.session.federatedProvider
        let directory = tables.directory
        if accountRecord != 0 {
            let account = directory.record(accountRecord, size: Format.AccountRecord.size)
            scratch.caller.account = Question.bytes(account[Format.AccountRecord.id], directory)
            scratch.caller.canonicalID = Question.bytes(account[Format.AccountRecord.canonicalID], directory)
            // A missing control policy quarantines the accounts below it (design §3.2 rule 3).
            if account[Format.AccountRecord.flags] & Format.AccountRecord.isQuarantined != 0 {
                return Verdict(.implicitDeny, .brokenReference)
            }
        }
        guard record != 0 else { return nil }
        let principal = directory.record(record, size: Format.PrincipalRecord.groups)
        // Every decision for a quarantined principal is implicitDeny (design §3.2 rule 3).
        if principal[Format.PrincipalRecord.flags] & Format.PrincipalRecord.isQuarantined != 0 {
            return Verdict(.implicitDeny, .brokenReference)
        }
        scratch.caller.arn = Question.bytes(principal[Format.PrincipalRecord.arn], directory)
        scratch.caller.id = Question.bytes(principal[Format.PrincipalRecord.id], directory)
        scratch.caller.hasBoundary = principal[Format.PrincipalRecord.boundarySet] != 0
        return nil
    }

    /// The bytes at an offset of the directory; none for 0.
    @inline(__always)
    static func bytes(_ offset: UInt32, _ directory: Image) -> ByteView {
        offset == 0 ? ByteView() : directory.bytes(Int(offset))
    }

    /// The bytes to which a word of the directory points; none for 0.
    @inline(__always)
    func bytes(_ word: Int) -> ByteView { Question.bytes(tables.directory[word], tables.directory) }

    @inline(__always)
    private mutating func identify(_ view: borrowing RequestView, _ scratch: inout Scratch) -> Reason? {
        if let offset = tables.users.find(view.principal, guess: &scratch.userGuess) {
            setRecord(tables.users.payload(at: offset))
            scratch.caller.kind = .user
            return nil
        }
        return identifyOther(view, &scratch.caller)
    }

    /// Everybody who is no user.
    @inline(never)
    private mutating func identifyOther(_ view: borrowing RequestView, _ caller: inout CallerFacts) -> Reason? {
        let principal = view.principal
        if principal.hasPrefix("arn:aws:iam::") { return identifyRoot(principal, &caller) }
        if principal.hasPrefix("arn:aws:sts::") { return identifySession(principal, view.session, &caller) }
        if principal.equals("anonymous") {
            caller.kind = assumption.federatedProvider.isEmpty ? .anonymous : .bearer
            return nil
        }
        guard Question.isServiceName(principal) else { return .unknownPrincipal }
        caller.kind = .service
        caller.service = principal
        return nil
    }

    @inline(__always)
    private mutating func setRecord(_ payload: UInt32) {
        record = Int(payload)
        accountRecord = tables.directory.offset(record + Format.PrincipalRecord.account)
    }

    /// Finds the account of `arn:aws:iam::<account>:root`.
    private mutating func identifyRoot(_ principal: ByteView, _ caller: inout CallerFacts) -> Reason? {
        if mode == .simulate, let offset = tables.roleARNs.find(principal) {
            setRecord(tables.roleARNs.payload(at: offset))
            caller.kind = .session
            return nil
        }
        guard principal.count == 30, principal.slice(25, 30).equals(":root"),
            let offset = tables.accounts.find(principal.slice(13, 25))
        else { return .unknownPrincipal }
        accountRecord = Int(tables.accounts.payload(at: offset))
        let flags = tables.directory[accountRecord + Format.AccountRecord.flags]
        guard flags & Format.AccountRecord.isRootEnabled != 0 else { return .rootDisabled }
        caller.kind = .root
        caller.arn = principal
        return nil
    }

    /// `arn:aws:sts::<account>:assumed-role/<role>/<session>`; the roles are known by the part before the session.
    private mutating func identifySession(
        _ principal: ByteView, _ session: SessionView, _ caller: inout CallerFacts
    ) -> Reason? {
        guard principal.count > 26 else { return .unknownPrincipal }
        if principal.dropFirst(25).hasPrefix(":federated-user/") {
            return identifyFederatedUser(principal, session, &caller)
        }
        guard principal.dropFirst(25).hasPrefix(":assumed-role/"),
            let slash = principal.firstIndex(of: ASCII.slash, from: 39),
            Question.isSessionName(principal.dropFirst(slash + 1)),
            let offset = tables.roles.find(principal.slice(13, slash))
        else { return .unknownPrincipal }
        setRecord(tables.roles.payload(at: offset))
        caller.kind = .session
        caller.sessionARN = principal
        sessionName = principal.dropFirst(slash + 1)
        return nil
    }

    /// `arn:aws:sts::<account>:federated-user/<name>`: what it may do is what its user may, and its ARN does not say
    /// whose it is.
    private mutating func identifyFederatedUser(
        _ principal: ByteView, _ session: SessionView, _ caller: inout CallerFacts
    ) -> Reason? {
        let isKnown = tables.accounts.find(principal.slice(13, 25)) != nil
        guard isKnown, Question.isSessionName(principal.dropFirst(41)) else { return .unknownPrincipal }
        // Whose session it is does not matter where no federated user may ask.
        guard !session.user.isEmpty else { return isAssumption ? .unsuitableCredentials : .sessionRequired }
        guard let offset = tables.users.find(session.user), session.user.slice(13, 25).equals(principal.slice(13, 25))
        else { return .unknownPrincipal }
        setRecord(tables.users.payload(at: offset))
        caller.kind = .federatedUser
        caller.sessionARN = principal
        sessionName = principal.dropFirst(41)
        return nil
    }

    /// At most 64 of `[\w+=,.@-]` (spec §8); one is let pass, which AWS would not issue.
    private static func isSessionName(_ name: ByteView) -> Bool {
        guard (1...64).contains(name.count) else { return false }
        for index in 0..<name.count {
            switch name[index] {
            case 0x2B, 0x3D, 0x2C, 0x2E, 0x40, 0x2D, 0x5F: continue
            case let byte where ASCII.isAlphanumeric(byte): continue
            default: return false
            }
        }
        return true
    }

    /// Letters, digits and `-` in at least two labels between dots.
    private static func isServiceName(_ name: ByteView) -> Bool {
        var dots = 0
        var length = 0
        for index in 0..<name.count {
            switch name[index] {
            case 0x2E where length > 0: (dots, length) = (dots + 1, 0)
            case 0x2D: length += 1
            case let byte where ASCII.isAlphanumeric(byte): length += 1
            default: return false
            }
        }
        return dots > 0 && length > 0
    }

    // MARK: Credentials

    /// Only an "unauthenticated token bearer" presents a provider's token (spec §8); whoever has credentials came in
    /// through the provider that its session names, or through none.
    @inline(never)
    private func checkProvider(_ view: borrowing RequestView) throws(RequestFault) {
        guard assumption.federatedProvider.isEmpty || view.principal.equals("anonymous") else {
            throw .providerNotAccepted
        }
    }

    /// A session is said only of those that can have one.
    @inline(never)
    private func checkSession(_ view: borrowing RequestView, _ caller: CallerFacts) throws(RequestFault) {
        let session = view.session
        guard session.isGiven else { return }
        switch caller.kind {
        case .service, .anonymous, .bearer, .unknown: throw .sessionNotAccepted
        case .root, .user, .session, .federatedUser: break
        }
        guard session.user.isEmpty || caller.kind == .federatedUser else { throw .userOfSessionNotAccepted }
    }

    /// Whether credentials of this kind may not call the action at all (spec §8).
    func isUnsuitable(_ view: borrowing RequestView, _ scratch: borrowing Scratch) -> Bool {
        guard scratch.isAccessManagement else { return false }
        let action = scratch.foldedAction
        let isSTS = action.hasPrefix("sts:")
        let (kind, isTemporary) = (scratch.caller.kind, view.session.isGiven)
        // "`GetSessionToken`: user or root, long-term key"; "`GetFederationToken`: user (long-term)".
        if action.equals("sts:getsessiontoken") { return isTemporary || (kind != .user && kind != .root) }
        if action.equals("sts:getfederationtoken") { return isTemporary || kind != .user }
        switch kind {
        // "A root user cannot assume roles."
        case .root where action.hasPrefix("sts:assumerole"): return true
        // "federated-user sessions may call no STS action but `GetCallerIdentity`"
        case .federatedUser: return isSTS
        // "GetSessionToken […]; without MFA it may not call IAM actions, and of STS only AssumeRole/GetCallerIdentity."
        case .user where isTemporary, .root where isTemporary:
            if view.session.isMFAPresent || action.equals("sts:assumerole") { return false }
            // What is asked along with an assumption is part of it.
            return !isAssumption || !Question.isAskedAlong(action)
        // "`AssumeRoleWithWebIdentity` / `WithSAML`: unauthenticated token bearer": nobody else without credentials.
        case .anonymous: return isSTS && !action.equals("sts:getcalleridentity")
        case .root, .user, .session, .service, .bearer, .unknown: return false
        }
    }

    private static func isAskedAlong(_ action: ByteView) -> Bool {
        action.equals("sts:tagsession") || action.equals("sts:setsourceidentity")
    }
}
