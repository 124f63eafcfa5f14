internal import DecisionTree
internal import PolicyModel

/// The keys that the engine computes (spec §7 source `E` and `R`).
extension Question {
    /// Adds what the engine knows; `false` when it does not fit the arena.
    ///
    /// A simulation's own keys are bound already, and stay.
    @inline(__always)
    func bindEngine(_ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch) -> Bool {
        // What nothing reads need not be there.
        if names.testedKeys & KeySymbol.engineKeys != 0 {
            guard bindKeys(names, &view, scratch) else { return false }
        }
        if view.session.isGiven { guard bindSessionTags(names, &view) else { return false } }
        if isAssumption { guard bindAssumption(names, &view) else { return false } }
        bindTags(names, &view, scratch)
        return true
    }

    /// The keys that the language names, by the families of which anything is read.
    @inline(__always)
    private func bindKeys(_ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch) -> Bool {
        let tested = names.testedKeys
        if tested & KeySymbol.callerKeys != 0 {
            guard bindKind(names, &view, scratch) else { return false }
        }
        if tested & KeySymbol.organizationKeys != 0 { bindOrganizations(names, &view) }
        if tested & KeySymbol.sessionKeys != 0 { bindSession(names, &view, scratch) }
        if tested & KeySymbol.clockKeys != 0 {
            guard bindClock(names, &view, scratch) else { return false }
        }
        set(KeySymbol.resourceAccount, resourceAccount, names, &view)
        // "`ViaAWSService` = false otherwise" (spec §7): a caller that does not say more was not forwarded by a service.
        set(KeySymbol.viaAWSService, "false", names, &view)
        return true
    }

    /// "user ARN; role session → **role ARN with path**, never the session ARN; federated user → its ARN" (spec §7).
    private func principalARN(_ caller: CallerFacts) -> ByteView {
        caller.kind == .federatedUser ? caller.sessionARN : caller.arn
    }

    private func bindKind(
        _ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch
    ) -> Bool {
        let caller = scratch.caller
        set(KeySymbol.principalArn, principalARN(caller), names, &view)
        if caller.kind != .anonymous, caller.kind != .bearer {
            set(KeySymbol.principalIsAWSService, caller.kind == .service ? "true" : "false", names, &view)
        }
        switch caller.kind {
        case .root:
            bindPrincipal("Account", caller.account, id: caller.account, names, &view)
        case .user:
            bindPrincipal("User", caller.account, id: uniqueID(caller), names, &view)
            if isTested(KeySymbol.username, names) {
                set(KeySymbol.username, bytes(record + Format.PrincipalRecord.name), names, &view)
            }
        case .session:
            bindPrincipal("AssumedRole", caller.account, id: ByteView(), names, &view)
            // A simulation may ask for any session of a role, which has no name.
            guard !sessionName.isEmpty else { break }
            return bindPair(uniqueID(caller), sessionName, names, &view)
        case .federatedUser:
            bindPrincipal("FederatedUser", caller.account, id: ByteView(), names, &view)
            return bindPair(caller.account, sessionName, names, &view)
        case .service:
            set(KeySymbol.principalServiceName, caller.service, names, &view)
            setList(KeySymbol.principalServiceNamesList, caller.service, names, &view)
        case .anonymous, .bearer:
            bindPrincipal("Anonymous", ByteView("anonymous"), id: ByteView("anonymous"), names, &view)
        case .unknown: break
        }
        return true
    }

    /// "An entity without `UserId`/`RoleId` is known by its ARN" (design §3.2).
    private func uniqueID(_ caller: CallerFacts) -> ByteView { caller.id.isEmpty ? caller.arn : caller.id }

    @inline(__always)
    private func bindPrincipal(
        _ type: StaticString, _ account: ByteView, id: ByteView, _ names: TablesView, _ view: inout RequestView
    ) {
        set(KeySymbol.principalType, ByteView(type), names, &view)
        set(KeySymbol.principalAccount, account, names, &view)
        set(KeySymbol.userID, id, names, &view)
    }

    /// `aws:userid` of a session: `AROA…:name`, or `account:name`.
    private func bindPair(
        _ left: ByteView, _ right: ByteView, _ names: TablesView, _ view: inout RequestView
    ) -> Bool {
        guard isTested(KeySymbol.userID, names) else { return true }
        let mark = view.arena.count
        guard view.arena.append(left), view.arena.append(ASCII.colon), view.arena.append(right) else { return false }
        set(KeySymbol.userID, view.arena.view(from: mark), names, &view)
        return true
    }

    /// The organizations of the caller and of the resource; absent outside of one.
    @inline(never)
    private func bindOrganizations(_ names: TablesView, _ view: inout RequestView) {
        guard tables.organization != 0 else { return }
        let id = bytes(tables.organization + Format.OrganizationRecord.id)
        // A simulated organization has ceilings and no name.
        guard !id.isEmpty else { return }
        if isInOrganization(accountRecord) {
            set(KeySymbol.principalOrgID, id, names, &view)
            setList(KeySymbol.principalOrgPaths, bytes(accountRecord + Format.AccountRecord.path), names, &view)
            let master = bytes(tables.organization + Format.OrganizationRecord.masterAccount)
            set(KeySymbol.principalOrgMasterAccountID, master, names, &view)
        }
        if isInOrganization(resourceRecord) {
            set(KeySymbol.resourceOrgID, id, names, &view)
            setList(KeySymbol.resourceOrgPaths, bytes(resourceRecord + Format.AccountRecord.path), names, &view)
        }
    }

    private func isInOrganization(_ account: Int) -> Bool {
        account != 0
            && tables.directory[account + Format.AccountRecord.flags] & Format.AccountRecord.isInOrganization != 0
    }

    /// What the question says of the credentials: only temporary ones have MFA keys and a time of issue (spec §7).
    ///
    /// A session of which nothing is said has no MFA as far as anybody knows (design §3.3).
    private func bindSession(_ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch) {
        let kind = scratch.caller.kind
        // A bearer has no session yet, and comes from a provider all the same.
        if kind == .bearer { set(KeySymbol.federatedProvider, scratch.caller.provider, names, &view) }
        guard kind == .session || kind == .federatedUser || view.session.isGiven else { return }
        let session = view.session
        set(KeySymbol.multiFactorAuthPresent, session.isMFAPresent ? "true" : "false", names, &view)
        if session.isMFAPresent { set(KeySymbol.multiFactorAuthAge, session.mfaAge, names, &view) }
        set(KeySymbol.tokenIssueTime, session.issued, names, &view)
        set(KeySymbol.sourceIdentity, session.sourceIdentity, names, &view)
        set(KeySymbol.federatedProvider, session.federatedProvider, names, &view)
    }

    /// `aws:CurrentTime` and `aws:EpochTime`, of the one reading of the clock.
    @inline(never)
    private func bindClock(
        _ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch
    ) -> Bool {
        if isTested(KeySymbol.currentTime, names) {
            let mark = view.arena.count
            guard ClockText.append(date: scratch.now, to: &view.arena) else { return false }
            set(KeySymbol.currentTime, view.arena.view(from: mark), names, &view)
        }
        if isTested(KeySymbol.epochTime, names) {
            let mark = view.arena.count
            guard ClockText.append(number: scratch.now.seconds, digits: 1, to: &view.arena) else { return false }
            set(KeySymbol.epochTime, view.arena.view(from: mark), names, &view)
        }
        return true
    }

    // MARK: Tags

    /// Session tags come first, so that they override the principal's own of the same key (spec §8).
    @inline(never)
    private func bindSessionTags(_ names: TablesView, _ view: inout RequestView) -> Bool {
        for index in view.session.tags {
            let tag = view.sessionTags[index]
            guard bind("aws:principaltag/", tag, names, &view) else { return false }
        }
        return true
    }

    /// Lets a tag's condition key hold its value, where anything tests it; `false` when the name does not fit.
    func bind(
        _ prefix: StaticString, _ tag: TagView, _ names: TablesView, _ view: inout RequestView
    ) -> Bool {
        let mark = view.arena.count
        guard view.arena.append(ByteView(prefix)), view.arena.append(tag.key) else { return false }
        let name = view.arena.view(from: mark)
        let key = names.keys.id(of: name)
        if key != SymbolTable.none, names.keyFlags[Int(key)] & Format.KeyFlag.isTested != 0 {
            set(key, name: name, tag.value, &view)
        }
        return true
    }

    /// The principal's tags, and the resource's: each from the most specific entry that has it.
    private func bindTags(_ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch) {
        if record != 0, tables.directory[record &+ Format.PrincipalRecord.tags] != 0 {
            bindTags(at: record + Format.PrincipalRecord.tags, of: tables.directory, names, &view)
        }
        if targetRole != 0 {
            bindTags(at: targetRole + Format.PrincipalRecord.resourceTags, of: tables.directory, names, &view)
        }
        for index in 0..<scratch.registryMatches.count {
            let entry = Int(scratch.registryMatches[index])
            bindTags(at: entry + Format.RegistryEntry.tags, of: tables.registry, names, &view)
        }
    }

    private func bindTags(
        at word: Int, of image: Image, _ names: TablesView, _ view: inout RequestView
    ) {
        let list = image.offset(word)
        guard list != 0 else { return }
        let isOwn = names.isSame(as: tables)
        for index in 0..<image.offset(list) {
            let at = list + 1 + index * Format.PrincipalRecord.tagSize
            let key = isOwn ? image[at] : names.keys.id(of: image.bytes(image.offset(at + 1)))
            guard key != SymbolTable.none, names.keyFlags[Int(key)] & Format.KeyFlag.isTested != 0 else { continue }
            set(key, name: image.bytes(image.offset(at + 1)), image.bytes(image.offset(at + 2)), &view)
        }
    }

    // MARK: Slots

    @inline(__always)
    private func isTested(_ key: UInt32, _ names: TablesView) -> Bool {
        names.testedKeys >> UInt64(key) & 1 != 0
    }

    @inline(__always)
    private func set(
        _ key: UInt32, _ value: StaticString, _ names: TablesView, _ view: inout RequestView
    ) {
        set(key, ByteView(value), names, &view)
    }

    /// Lets a key hold a value; one without bytes is absent.
    @inline(__always)
    func set(_ key: UInt32, _ value: ByteView, _ names: TablesView, _ view: inout RequestView) {
        guard isTested(key, names), !value.isEmpty else { return }
        set(key, name: ByteView(), value, &view)
    }

    private func set(
        _ key: UInt32, name: ByteView, _ value: ByteView, _ view: inout RequestView
    ) {
        // Held already: by a session's tag, a more specific entry of the registry, or a simulation's context.
        guard view.entry(of: key) == nil else { return }
        view.values.append(value)
        append(key, name, (view.values.count - 1)..<view.values.count, isList: false, &view)
    }

    /// Lets a multi-valued key hold its only value.
    private func setList(_ key: UInt32, _ value: ByteView, _ names: TablesView, _ view: inout RequestView) {
        guard isTested(key, names), view.entry(of: key) == nil else { return }
        view.values.append(value)
        append(key, ByteView(), (view.values.count - 1)..<view.values.count, isList: true, &view)
    }

    /// Adds an entry for a key that holds nothing yet.
    func append(
        _ key: UInt32, _ name: ByteView, _ values: Range<Int>, isList: Bool, _ view: inout RequestView
    ) {
        view.entries.append(
            RequestView.Entry(
                key: name, keyID: key, firstValue: values.lowerBound, valueCount: values.count, isList: isList))
        _ = view.bind(key, toEntry: view.entries.count - 1)
    }
}
