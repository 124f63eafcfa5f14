internal import DecisionTree
internal import PolicyModel

/// The caller's keys of the request context (spec §7, design §3.3).
extension Question {
    /// Checks the caller's keys and lets the key slots hold them.
    ///
    /// - Parameter names: whose key symbols the slots are of: the snapshot's, or those of inline session policies.
    @inline(__always)
    func bindCaller(
        _ context: Range<Int>, _ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch
    ) throws(RequestFault) {
        let isOwn = names.isSame(as: tables)
        var hasTags = false
        var index = context.lowerBound
        while index < context.upperBound {
            if isOwn {
                index = view.bindOrdinary(from: index, to: context.upperBound, keyFlags: names.keyFlags)
                guard index < context.upperBound else { break }
            }
            if try bindEntry(index, isOwn: isOwn, names, &view, scratch) { hasTags = true }
            index += 1
        }
        if hasTags { try deriveTagKeys(context, &view) }
    }

    /// Checks one of the caller's keys and lets its slot hold it; whether it is a tag of the request.
    @inline(never)
    private func bindEntry(
        _ index: Int, isOwn: Bool, _ names: TablesView, _ view: inout RequestView, _ scratch: borrowing Scratch
    ) throws(RequestFault) -> Bool {
        let entry = view.entries[index]
        let key = isOwn ? entry.keyID : names.keys.id(of: entry.key)
        // A key that nothing names cannot change an answer; whose it is is looked at all the same.
        guard key != SymbolTable.none else { return try checkFamily(entry, scratch) }
        let flags = names.keyFlags[Int(key)]
        var isTag = false
        if flags & (Format.KeyFlag.isOfFamily | Format.KeyFlag.isEngineOwned) != 0 {
            isTag = try checkFamily(entry, scratch)
            guard mode == .simulate || flags & Format.KeyFlag.isEngineOwned == 0 || isBearers(entry.key) else {
                throw .engineOwnedKey(entry.key.text)
            }
        }
        if mode == .enforce { try Question.checkShape(entry, flags, view) }
        // `[]` is as good as absent (spec §4).
        guard entry.valueCount > 0 else { return isTag }
        guard view.bind(key, toEntry: index) else { throw .repeatedKey(entry.key.text) }
        return isTag
    }

    /// Refuses a key whose family is not the caller's to give; whether it is a tag of the request.
    private func checkFamily(
        _ entry: RequestView.Entry, _ scratch: borrowing Scratch
    ) throws(RequestFault) -> Bool {
        if mode == .enforce { try checkOwner(entry, scratch) }
        return entry.key.hasFoldedPrefix("aws:requesttag/")
    }

    /// Refuses keys that are not the caller's to give.
    private func checkOwner(_ entry: RequestView.Entry, _ scratch: borrowing Scratch) throws(RequestFault) {
        let key = entry.key
        guard !Question.isEngineFamily(key) || isBearers(key) else { throw .engineOwnedKey(key.text) }
        if key.hasFoldedPrefix("aws:resourcetag/"), storeHasTags(scratch) { throw .assertedResourceTag(key.text) }
        if isAssumption, key.hasFoldedPrefix("aws:requesttag/") || key.equalsFolded(ByteView("aws:TagKeys")) {
            throw .engineOwnedKey(key.text)
        }
    }

    /// Whether the key is what a SAML provider asserts, which is known when its bearer assumes a role (spec §7).
    private func isBearers(_ key: ByteView) -> Bool {
        key.hasFoldedPrefix("saml:") && !assumption.federatedProvider.isEmpty
    }

    /// Families of keys that only the engine sets (spec §7 source `E`).
    private static func isEngineFamily(_ key: ByteView) -> Bool {
        key.hasFoldedPrefix("aws:principaltag/") || key.hasFoldedPrefix("saml:")
    }

    /// Whether the store says which tags the resource has; a role's are its own, be there any or not (spec §13-20).
    private func storeHasTags(_ scratch: borrowing Scratch) -> Bool {
        if targetRole != 0 { return true }
        for index in 0..<scratch.registryMatches.count {
            let flags = tables.registry[Int(scratch.registryMatches[index]) + Format.RegistryEntry.flags]
            if flags & Format.RegistryEntry.hasTags != 0 { return true }
        }
        return false
    }

    private static func checkShape(
        _ entry: RequestView.Entry, _ flags: UInt32, _ view: borrowing RequestView
    ) throws(RequestFault) {
        // Also of a key that is declared multi-valued: a document older than the schema may still be in force, and its
        // plain test of an array would be false (spec §13-8), which opens a Deny.
        guard !entry.isList || flags & Format.KeyFlag.isTestedPlain == 0 else {
            throw .unexpectedArray(entry.key.text)
        }
        guard flags & Format.KeyFlag.isDeclared != 0 else { return }
        let type = Int(flags >> Format.KeyFlag.typeShift)
        let declaration = KeyDeclaration(
            type: Question.valueType(type), isMultiValued: flags & Format.KeyFlag.isMultiValued != 0)
        var isRight = entry.isList == declaration.isMultiValued
        for index in 0..<entry.valueCount where declaration.type != .string {
            isRight = isRight && view.values[entry.firstValue + index].isAccepted(by: declaration)
        }
        guard isRight else { throw .wrongShape(entry.key.text, declaration) }
    }

    /// The types in the order in which the compiler numbers them.
    private static func valueType(_ number: Int) -> KeyDeclaration.ValueType {
        switch number {
        case 1: .numeric
        case 2: .date
        case 3: .bool
        case 4: .ip
        case 5: .arn
        case 6: .binary
        default: .string
        }
    }

    /// `aws:TagKeys` names the keys of `aws:RequestTag/…`: made from them, or held against them (spec §7).
    ///
    /// An assumption's tags are those of the call, which the engine binds.
    @inline(never)
    private func deriveTagKeys(_ context: Range<Int>, _ view: inout RequestView) throws(RequestFault) {
        guard !isAssumption else { return }
        let given = view.entry(of: KeySymbol.tagKeys)
        let first = view.values.count
        for index in context {
            let entry = view.entries[index]
            guard entry.key.hasFoldedPrefix("aws:requesttag/"), entry.valueCount > 0 else { continue }
            let tag = entry.key.dropFirst(15)
            if let given {
                guard mode == .enforce else { continue }
                guard Question.lists(view.entries[given], tag, view) else { throw .missingTagKey(entry.key.text) }
            } else {
                view.values.append(tag)
            }
        }
        let count = view.values.count - first
        guard given == nil, count > 0 else { return }
        append(KeySymbol.tagKeys, ByteView(), first..<(first + count), isList: true, &view)
    }

    private static func lists(_ entry: RequestView.Entry, _ tag: ByteView, _ view: borrowing RequestView) -> Bool {
        for index in 0..<entry.valueCount where view.values[entry.firstValue + index].equalsFolded(tag) { return true }
        return false
    }
}
