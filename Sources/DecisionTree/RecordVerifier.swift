/// Checks what lies outside of documents: sets, levels, tags, the records of accounts, principals and the organization.
///
/// Every offset points to a lower word, so no walk can go in circles; what several records share is checked once.
struct RecordVerifier {
    let words: UncheckedWords
    private let documents: [ImageStorage]
    /// Entries of a list, and documents of a principal, that a decision may have to pass one by one: many times what a
    /// store may give to one.
    static let entriesMax = 1 << 16
    /// Levels of an organization: more than a file of it can nest.
    static let levelsMax = 64

    /// For each word, what a node that begins there was checked as.
    private var checked: [Checked]

    private struct Checked: OptionSet {
        let rawValue: UInt8
        static let set = Checked(rawValue: 1)
        static let levels = Checked(rawValue: 2)
        static let tags = Checked(rawValue: 4)
        static let account = Checked(rawValue: 8)
    }

    /// - Parameter firstNode: how many words the image has before its first node.
    /// - Parameter documents: the documents by slot, which have been verified.
    init(_ image: Image, firstNode: Int, keyCount: Int, documents: [ImageStorage]) {
        words = UncheckedWords(words: image, firstNode: firstNode, keyCount: keyCount)
        self.documents = documents
        checked = Array(repeating: [], count: image.count)
    }

    private var image: Image { words.words }

    private mutating func isNew(_ kind: Checked, _ node: Int) -> Bool { checked[node].insert(kind).inserted }

    // MARK: Records

    /// The record that a name or a header leads to.
    private func record(_ offset: Int, size: Int) throws(VerificationFailure) -> Int {
        try words.expect(
            offset >= words.firstNode && size <= image.count - offset, offset, "a record within the image")
        return offset
    }

    /// Verifies an account's record.
    mutating func verifyAccount(_ offset: Int) throws(VerificationFailure) {
        let account = try record(offset, size: Format.AccountRecord.size)
        guard isNew(.account, account) else { return }
        try words.verifyBytes(account + Format.AccountRecord.id, before: account)
        try verifyOptionalBytes(account + Format.AccountRecord.canonicalID, before: account)
        try verifyOptionalBytes(account + Format.AccountRecord.path, before: account)
        try verifyLevels(account + Format.AccountRecord.serviceLevels, before: account)
        try verifyLevels(account + Format.AccountRecord.resourceLevels, before: account)
    }

    /// Verifies the record of a user or role, and with it everything that it has.
    mutating func verifyPrincipal(_ offset: Int, kind: UInt32) throws(VerificationFailure) {
        let principal = try record(offset, size: Format.PrincipalRecord.groups)
        try words.expect(image[principal + Format.PrincipalRecord.kind] == kind, principal, "a principal of its kind")
        let account = try words.node(
            principal + Format.PrincipalRecord.account, before: principal, size: Format.AccountRecord.size)
        try verifyAccount(account)
        try words.verifyBytes(principal + Format.PrincipalRecord.arn, before: principal)
        try verifyOptionalBytes(principal + Format.PrincipalRecord.id, before: principal)
        try words.verifyBytes(principal + Format.PrincipalRecord.name, before: principal)
        try verifySet(principal + Format.PrincipalRecord.ownSet, before: principal)
        try verifySet(principal + Format.PrincipalRecord.boundarySet, before: principal)
        try verifyTags(principal + Format.PrincipalRecord.tags, before: principal)
        try verifySlot(principal + Format.PrincipalRecord.trustSlot)
        try verifyTags(principal + Format.PrincipalRecord.resourceTags, before: principal)
        let groups = principal + Format.PrincipalRecord.groups
        let groupCount = try entries(principal + Format.PrincipalRecord.groupCount, entrySize: 1, from: groups)
        var documentCount = countOfSet(principal + Format.PrincipalRecord.ownSet)
        for group in 0..<groupCount {
            try verifySet(groups + group, before: principal)
            documentCount += countOfSet(groups + group)
        }
        try words.expect(documentCount <= RecordVerifier.entriesMax, principal, "no more documents than can be walked")
    }

    /// As many entries as a decision may pass one by one.
    private func entries(_ at: Int, entrySize: Int, from start: Int) throws(VerificationFailure) -> Int {
        let count = try words.count(at, entrySize: entrySize, from: start)
        try words.expect(count <= RecordVerifier.entriesMax, at, "no more entries than can be walked")
        return count
    }

    /// How many documents a set has, which was verified.
    private func countOfSet(_ at: Int) -> Int {
        image[at] == 0 ? 0 : image.offset(image.offset(at) + Format.DocumentSet.count)
    }

    /// Verifies the organization's record.
    func verifyOrganization(_ offset: Int) throws(VerificationFailure) {
        let organization = try record(offset, size: Format.OrganizationRecord.services + 1)
        try words.verifyBytes(organization + Format.OrganizationRecord.id, before: organization)
        try words.verifyBytes(organization + Format.OrganizationRecord.masterAccount, before: organization)
        try verifyOptionalBytes(organization + Format.OrganizationRecord.defaultResourceAccount, before: organization)
        let services = organization + Format.OrganizationRecord.services
        guard image[services] != 0 else { return }
        let list = try words.node(services, before: organization, size: 1)
        for service in 0..<(try entries(list, entrySize: 1, from: list + 1)) {
            try words.verifyBytes(list + 1 + service, before: list)
        }
    }

    /// Verifies an entry of the registry, of which is known that it lies in the image.
    mutating func verifyEntry(_ entry: Int) throws(VerificationFailure) {
        try words.verifyBytes(entry + Format.RegistryEntry.owner, before: entry)
        try verifySlot(entry + Format.RegistryEntry.policySlot)
        try verifyTags(entry + Format.RegistryEntry.tags, before: entry)
    }

    // MARK: What records have

    private func verifyOptionalBytes(_ at: Int, before parent: Int) throws(VerificationFailure) {
        if image[at] != 0 { try words.verifyBytes(at, before: parent) }
    }

    private func verifySlot(_ at: Int) throws(VerificationFailure) {
        guard image[at] != Format.none else { return }
        try words.expect(isDocument(image[at]), at, "the slot of a document")
    }

    /// Whether a document stands in the slot.
    func isDocument(_ slot: UInt32) -> Bool { slot < documents.count && documents[Int(slot)].image.count > 0 }

    private mutating func verifyLevels(_ at: Int, before parent: Int) throws(VerificationFailure) {
        guard image[at] != 0 else { return }
        let levels = try words.node(at, before: parent, size: 1)
        guard isNew(.levels, levels) else { return }
        let count = try words.count(levels, entrySize: 1, from: levels + 1)
        try words.expect(count <= RecordVerifier.levelsMax, levels, "no more levels than an organization can have")
        for level in 0..<count {
            try verifySet(levels + 1 + level, before: levels)
        }
    }

    private mutating func verifyTags(_ at: Int, before parent: Int) throws(VerificationFailure) {
        guard image[at] != 0 else { return }
        let list = try words.node(at, before: parent, size: 1)
        guard isNew(.tags, list) else { return }
        for tag in 0..<(try entries(list, entrySize: Format.PrincipalRecord.tagSize, from: list + 1)) {
            let entry = list + 1 + tag * Format.PrincipalRecord.tagSize
            try words.expect(Int(image[entry]) < words.keyCount, entry, "a known key symbol")
            try words.expect(try words.verifyBytes(entry + 1, before: list) > 0, entry, "a tag with a name")
            try words.verifyBytes(entry + 2, before: list)
        }
    }

    private mutating func verifySet(_ at: Int, before parent: Int) throws(VerificationFailure) {
        guard image[at] != 0 else { return }
        let set = try words.node(at, before: parent, size: Format.DocumentSet.slots)
        guard isNew(.set, set) else { return }
        let slots = set + Format.DocumentSet.slots
        let count = try entries(set + Format.DocumentSet.count, entrySize: 1, from: slots)
        var flags: UInt32 = 0
        var previous: UInt32?
        for at in slots..<(slots + count) {
            let slot = image[at]
            try words.expect(previous.map { $0 < slot } ?? true, at, "slots in their order")
            previous = slot
            try words.expect(isDocument(slot), at, "the slot of a document")
            flags |= documents[Int(slot)].image[Format.Document.flags]
        }
        try words.expect(image[set + Format.DocumentSet.flags] == flags, set, "the flags of all documents")
    }
}
