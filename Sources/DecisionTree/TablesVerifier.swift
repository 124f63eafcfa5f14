internal import PolicyModel

/// Checks that whole tables can be decided by, whoever made them: every document, and everything outside of documents.
///
/// No decision over tables that pass meets an offset out of range, a name that is not as the rules take it to be, or a
/// walk without end. Whether they say what the policies say is another matter: only compiling shows that.
struct TablesVerifier {
    private let tables: DecisionTables.Segments
    private let onlyAccount: Int
    private let organization: Int
    private var directory: RecordVerifier

    init(_ tables: DecisionTables.Segments, onlyAccount: Int, organization: Int) {
        self.tables = tables
        (self.onlyAccount, self.organization) = (onlyAccount, organization)
        directory = RecordVerifier(
            tables.directory.image, firstNode: 1, keyCount: tables.keyFlags.image.count, documents: tables.documents)
    }

    private var keyCount: Int { tables.keyFlags.image.count }

    /// Verifies everything; the failure names the segment.
    mutating func verify() throws(VerificationFailure) {
        try within("keys") { () throws(VerificationFailure) in try verifyKeys() }
        try within("actions") { () throws(VerificationFailure) in try verifyActions() }
        try verifyDocuments()
        try within("directory") { () throws(VerificationFailure) in
            try directory.words.expect(tables.directory.image.count >= 1, 0, "a header")
        }
        try within("accounts") { () throws(VerificationFailure) in try verifyAccounts() }
        try within("users") { () throws(VerificationFailure) in
            try verifyPrincipals(tables.users.image, Format.PrincipalRecord.user, isByARN: true)
        }
        try within("roles") { () throws(VerificationFailure) in
            try verifyPrincipals(tables.roles.image, Format.PrincipalRecord.role, isByARN: false)
            try verifyPrincipals(tables.roleARNs.image, Format.PrincipalRecord.role, isByARN: true)
        }
        try within("managed policies") { () throws(VerificationFailure) in try verifyManagedPolicies() }
        try within("registry") { () throws(VerificationFailure) in try verifyRegistry() }
    }

    // MARK: Symbols

    /// The language's own keys come first, in their order: rules know them by their number.
    private func verifyKeys() throws(VerificationFailure) {
        let language = GlobalConditionKey.allCases
        let image = tables.keys.image
        try VerificationFailure.expect(keyCount >= language.count, 0, "flags of every key of the language")
        try SymbolTableVerifier(image, foldsCase: true).verify { entry throws(VerificationFailure) in
            guard entry.id < language.count else { return }
            let name = Text(language[Int(entry.id)].rawValue)
            try VerificationFailure.expect(
                name.withByteView { $0.equals(folded: entry.name) }, entry.offset, "the language's keys in their order")
        }
        try VerificationFailure.expect(SymbolTable(image, foldsCase: true).count == keyCount, 1, "flags of every key")
        try VerificationFailure.expect(
            tables.conditionCount >= 0 && tables.conditionCount <= tables.conditions.image.count, 0,
            "no more conditions than words")
    }

    /// An action's payload says what its name says, and which service it is of.
    private func verifyActions() throws(VerificationFailure) {
        try SymbolTableVerifier(tables.services.image, foldsCase: true).verify { _ in }
        let services = SymbolTable(tables.services.image, foldsCase: true)
        try SymbolTableVerifier(tables.actions.image, foldsCase: true).verify { entry throws(VerificationFailure) in
            var payload: UInt32 = 0
            if let colon = ActionName.colon(entry.name) {
                let service = min(services.id(of: entry.name.slice(0, colon)), Format.ActionSymbol.noService)
                payload = service << Format.ActionSymbol.serviceShift | Format.ActionSymbol.isAskable
                if ActionName.isAccessManagement(entry.name) { payload |= Format.ActionSymbol.isAccessManagement }
            }
            try VerificationFailure.expect(entry.payload == payload, entry.offset, "what the action's name says")
        }
    }

    // MARK: Documents

    private func verifyDocuments() throws(VerificationFailure) {
        let conditions = ConditionVerifier(
            tables.conditions.image, conditionCount: tables.conditionCount, keyCount: keyCount)
        var seen: Set<ObjectIdentifier> = []
        for (slot, storage) in tables.documents.enumerated() where storage.image.count > 0 {
            // Slots with one text have one document.
            guard seen.insert(ObjectIdentifier(storage)).inserted else { continue }
            try within("document \(slot)") { () throws(VerificationFailure) in
                var verifier = DocumentVerifier(document: storage.image, conditions: conditions, keyCount: keyCount)
                try verifier.verify()
            }
        }
    }

    // MARK: Records

    private mutating func verifyAccounts() throws(VerificationFailure) {
        var records: [(record: Int, name: ByteView)] = []
        try SymbolTableVerifier(tables.accounts.image, foldsCase: false).verify { entry in
            records.append((Int(entry.payload), entry.name))
        }
        for (record, name) in records {
            try directory.verifyAccount(record)
            try VerificationFailure.expect(
                isNamed(name, record + Format.AccountRecord.id), record, "the account's own number")
        }
        if onlyAccount != 0 { try directory.verifyAccount(onlyAccount) }
        if organization != 0 { try directory.verifyOrganization(organization) }
    }

    private mutating func verifyPrincipals(
        _ table: Image, _ kind: UInt32, isByARN: Bool
    ) throws(VerificationFailure) {
        var records: [(record: Int, name: ByteView)] = []
        try SymbolTableVerifier(table, foldsCase: false).verify { entry in
            records.append((Int(entry.payload), entry.name))
        }
        for (record, name) in records {
            try directory.verifyPrincipal(record, kind: kind)
            guard isByARN else { continue }
            // `arn:aws:iam::`, twelve digits and a colon: the rules take the account out of it.
            let isARN = name.count > 25 && name.hasPrefix("arn:aws:iam::")
            try VerificationFailure.expect(
                isARN && isNamed(name, record + Format.PrincipalRecord.arn), record, "the principal's own ARN")
        }
    }

    /// Whether a word of the directory, whose bytes were verified, leads to the name.
    private func isNamed(_ name: ByteView, _ word: Int) -> Bool {
        let image = tables.directory.image
        return image.bytes(image.offset(word)).equals(name)
    }

    private func verifyManagedPolicies() throws(VerificationFailure) {
        let image = tables.managedPolicies.image
        try SymbolTableVerifier(image, foldsCase: false).verify { entry throws(VerificationFailure) in
            try VerificationFailure.expect(directory.isDocument(entry.payload), entry.offset, "the slot of a document")
        }
    }

    private func verifyRegistry() throws(VerificationFailure) {
        let image = tables.registry.image
        var verifier = DocumentVerifier(registry: image)
        try verifier.verifyRegistry()
        var records = RecordVerifier(image, firstNode: 2, keyCount: keyCount, documents: tables.documents)
        for entry in verifier.entries { try records.verifyEntry(entry) }
    }
}

/// Lets a failure say in which segment it is.
private func within(
    _ segment: String, _ body: () throws(VerificationFailure) -> Void
) throws(VerificationFailure) {
    do throws(VerificationFailure) {
        try body()
    } catch {
        throw VerificationFailure(offset: error.offset, expectation: "\(error.expectation) (\(segment))")
    }
}
