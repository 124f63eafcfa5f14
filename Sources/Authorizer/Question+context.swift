internal import DecisionTree
internal import PolicyModel

/// The request context of spec §7: what the caller may say, and what the engine adds.
extension Question {
    // MARK: The caller's keys

    /// Checks the caller's keys and lets the key slots hold them.
    func bindCaller(
        _ context: Range<Int>, _ view: inout RequestView, _ scratch: borrowing Scratch
    ) throws(RequestFault) {
        for index in context {
            let entry = view.entries[index]
            guard !Question.isEngineFamily(entry.key) else { throw .engineOwnedKey(entry.key.text) }
            if entry.key.hasFoldedPrefix("aws:resourcetag/"), storeHasTags(scratch) {
                throw .assertedResourceTag(entry.key.text)
            }
            // A key that nothing in the snapshot names cannot change an answer.
            guard entry.keyID != SymbolTable.none else { continue }
            let flags = tables.keyFlags[Int(entry.keyID)]
            guard flags & Format.KeyFlag.isEngineOwned == 0 else { throw .engineOwnedKey(entry.key.text) }
            try checkShape(entry, flags, view)
            // `[]` is as good as absent (spec §4).
            guard entry.valueCount > 0 else { continue }
            guard view.bind(entry.keyID, toEntry: index) else { throw .repeatedKey(entry.key.text) }
        }
        try deriveTagKeys(context, &view)
    }

    /// Families of keys that only the engine sets (spec §7 source `E`).
    private static func isEngineFamily(_ key: ByteView) -> Bool {
        key.hasFoldedPrefix("aws:principaltag/") || key.hasFoldedPrefix("saml:")
    }

    private func storeHasTags(_ scratch: borrowing Scratch) -> Bool {
        for index in 0..<scratch.registryMatches.count {
            let flags = tables.registry[Int(scratch.registryMatches[index]) + Format.RegistryEntry.flags]
            if flags & Format.RegistryEntry.hasTags != 0 { return true }
        }
        return false
    }

    private func checkShape(
        _ entry: RequestView.Entry, _ flags: UInt32, _ view: borrowing RequestView
    ) throws(RequestFault) {
        guard flags & Format.KeyFlag.isDeclared != 0 else {
            guard !entry.isList || flags & Format.KeyFlag.isTestedPlain == 0 else {
                throw .unexpectedArray(entry.key.text)
            }
            return
        }
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
    private func deriveTagKeys(_ context: Range<Int>, _ view: inout RequestView) throws(RequestFault) {
        let given = view.entry(of: KeySymbol.tagKeys)
        let first = view.values.count
        for index in context {
            let entry = view.entries[index]
            guard entry.key.hasFoldedPrefix("aws:requesttag/"), entry.valueCount > 0 else { continue }
            let tag = entry.key.dropFirst(15)
            if let given {
                guard Question.lists(view.entries[given], tag, view) else { throw .missingTagKey(entry.key.text) }
            } else {
                view.values.append(tag)
            }
        }
        let count = view.values.count - first
        guard given == nil, count > 0 else { return }
        append(
            RequestView.Entry(
                key: ByteView(), keyID: KeySymbol.tagKeys, firstValue: first, valueCount: count, isList: true), &view)
    }

    private static func lists(_ entry: RequestView.Entry, _ tag: ByteView, _ view: borrowing RequestView) -> Bool {
        for index in 0..<entry.valueCount where view.values[entry.firstValue + index].equalsFolded(tag) { return true }
        return false
    }

    // MARK: The engine's keys

    /// Adds what the engine knows; `false` when it does not fit the arena.
    func bindEngine(_ view: inout RequestView, _ scratch: borrowing Scratch) -> Bool {
        set(KeySymbol.principalArn, scratch.caller.arn, &view)
        set(KeySymbol.principalAccount, scratch.caller.account, &view)
        set(KeySymbol.principalIsAWSService, ByteView("false"), &view)
        set(KeySymbol.resourceAccount, resourceAccount, &view)
        let isBound = bindKind(&view, scratch) && bindClock(&view, scratch)
        bindTags(&view, scratch)
        return isBound
    }

    private func bindKind(_ view: inout RequestView, _ scratch: borrowing Scratch) -> Bool {
        switch scratch.caller.kind {
        case .root:
            set(KeySymbol.principalType, ByteView("Account"), &view)
            set(KeySymbol.userID, scratch.caller.account, &view)
        case .user:
            set(KeySymbol.principalType, ByteView("User"), &view)
            let name = tables.directory.bytes(tables.directory.offset(record + Format.PrincipalRecord.name))
            set(KeySymbol.username, name, &view)
            if !scratch.caller.id.isEmpty { set(KeySymbol.userID, scratch.caller.id, &view) }
        case .session:
            set(KeySymbol.principalType, ByteView("AssumedRole"), &view)
            // Nothing is said of the credentials: temporary, and without MFA as far as anybody knows (design §3.3).
            set(KeySymbol.multiFactorAuthPresent, ByteView("false"), &view)
            guard !scratch.caller.id.isEmpty, isTested(KeySymbol.userID) else { break }
            let mark = view.arena.count
            guard view.arena.append(scratch.caller.id), view.arena.append(ASCII.colon),
                view.arena.append(sessionName)
            else { return false }
            set(KeySymbol.userID, view.arena.view(from: mark), &view)
        case .unknown: break
        }
        return true
    }

    /// `aws:CurrentTime` and `aws:EpochTime`, of the one reading of the clock.
    private func bindClock(_ view: inout RequestView, _ scratch: borrowing Scratch) -> Bool {
        if isTested(KeySymbol.currentTime) {
            let mark = view.arena.count
            guard ClockText.append(date: scratch.now, to: &view.arena) else { return false }
            set(KeySymbol.currentTime, view.arena.view(from: mark), &view)
        }
        if isTested(KeySymbol.epochTime) {
            let mark = view.arena.count
            guard ClockText.append(number: scratch.now.seconds, digits: 1, to: &view.arena) else { return false }
            set(KeySymbol.epochTime, view.arena.view(from: mark), &view)
        }
        return true
    }

    /// The principal's tags, and the resource's: each from the most specific entry that has it.
    private func bindTags(_ view: inout RequestView, _ scratch: borrowing Scratch) {
        if record != 0 {
            bindTags(at: tables.directory.offset(record + Format.PrincipalRecord.tags), of: tables.directory, &view)
        }
        for index in 0..<scratch.registryMatches.count {
            let entry = Int(scratch.registryMatches[index])
            bindTags(at: tables.registry.offset(entry + Format.RegistryEntry.tags), of: tables.registry, &view)
        }
    }

    private func bindTags(at list: Int, of image: Image, _ view: inout RequestView) {
        guard list != 0 else { return }
        for index in 0..<image.offset(list) {
            let at = list + 1 + index * 2
            let key = image[at]
            // Held already: by a more specific entry of the registry.
            guard isTested(key), view.entry(of: key) == nil else { continue }
            set(key, image.bytes(image.offset(at + 1)), &view)
        }
    }

    private func isTested(_ key: UInt32) -> Bool {
        tables.keyFlags[Int(key)] & Format.KeyFlag.isTested != 0
    }

    private func set(_ key: UInt32, _ value: ByteView, _ view: inout RequestView) {
        guard isTested(key) else { return }
        view.values.append(value)
        append(
            RequestView.Entry(
                key: ByteView(), keyID: key, firstValue: view.values.count - 1, valueCount: 1, isList: false), &view)
    }

    private func append(_ entry: RequestView.Entry, _ view: inout RequestView) {
        view.entries.append(entry)
        // The caller's keys were kept apart from the engine's, so the slot is free.
        _ = view.bind(entry.keyID, toEntry: view.entries.count - 1)
    }
}

/// Times as text, without allocation.
enum ClockText {
    /// Adds `YYYY-MM-DDThh:mm:ss[.fffffffff]Z`.
    static func append(date: Instant, to arena: inout Arena) -> Bool {
        let day = date.seconds >= 0 ? date.seconds / 86_400 : (date.seconds - 86_399) / 86_400
        let second = date.seconds - day * 86_400
        let (year, month, dayOfMonth) = civil(day)
        return append(number: year, digits: 4, to: &arena) && arena.append(0x2D)
            && append(number: month, digits: 2, to: &arena) && arena.append(0x2D)
            && append(number: dayOfMonth, digits: 2, to: &arena) && arena.append(0x54)
            && append(number: second / 3_600, digits: 2, to: &arena) && arena.append(ASCII.colon)
            && append(number: second / 60 % 60, digits: 2, to: &arena) && arena.append(ASCII.colon)
            && append(number: second % 60, digits: 2, to: &arena)
            && append(nanoseconds: date.nanoseconds, to: &arena) && arena.append(0x5A)
    }

    /// A number with at least so many digits.
    static func append(number: Int64, digits: Int, to arena: inout Arena) -> Bool {
        if number < 0 { guard arena.append(0x2D) else { return false } }
        var rest = number.magnitude
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        var count = 0
        while rest > 0 || count < digits {
            text[count] = UInt8(0x30 + rest % 10)
            rest /= 10
            count += 1
        }
        while count > 0 {
            count -= 1
            guard arena.append(text[count]) else { return false }
        }
        return true
    }

    private static func append(nanoseconds: UInt32, to arena: inout Arena) -> Bool {
        guard nanoseconds > 0 else { return true }
        return arena.append(0x2E) && append(number: Int64(nanoseconds), digits: 9, to: &arena)
    }

    /// Year, month and day of a day since 1970; eras of 400 years that begin in March.
    private static func civil(_ day: Int64) -> (Int64, Int64, Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }
}
