import PolicyModel
import Testing

@testable import DecisionTree

/// What a decision passes one by one, without counting its steps, is bounded before anything is decided by it.
@Suite("What a decision has to pass is bounded")
struct VerifierLimitTests {
    private static func expectation(_ body: () throws(VerificationFailure) -> Void) -> String? {
        do throws(VerificationFailure) {
            try body()
            return nil
        } catch {
            return error.expectation
        }
    }

    /// A header, an empty name at 1, and behind it the list.
    private static func verifier(_ words: [UInt32]) -> (RecordVerifier, ImageStorage) {
        let storage = ImageStorage(words)
        return (RecordVerifier(storage.image, firstNode: 1, keyCount: 0, documents: []), storage)
    }

    @Test(arguments: [RecordVerifier.levelsMax, RecordVerifier.levelsMax + 1])
    func `levels of an organization`(count: Int) {
        var words: [UInt32] = [0, 0, UInt32(count)] + Array(repeating: 0, count: count)
        let account = words.count
        words += Array(repeating: 0, count: Format.AccountRecord.size)
        words[account + Format.AccountRecord.id] = 1
        words[account + Format.AccountRecord.serviceLevels] = 2
        let (made, storage) = Self.verifier(words)
        var verifier = made
        let found = Self.expectation { () throws(VerificationFailure) in try verifier.verifyAccount(account) }
        #expect(
            found == (count > RecordVerifier.levelsMax ? "no more levels than an organization can have" : nil))
        withExtendedLifetime(storage) {}
    }

    @Test(arguments: [RecordVerifier.entriesMax, RecordVerifier.entriesMax + 1])
    func `groups of a user`(count: Int) {
        var words: [UInt32] = [0, 0]
        let account = words.count
        words += Array(repeating: 0, count: Format.AccountRecord.size)
        words[account + Format.AccountRecord.id] = 1
        let user = words.count
        words += Array(repeating: 0, count: Format.PrincipalRecord.groups + count)
        words[user + Format.PrincipalRecord.kind] = Format.PrincipalRecord.user
        words[user + Format.PrincipalRecord.account] = UInt32(account)
        words[user + Format.PrincipalRecord.arn] = 1
        words[user + Format.PrincipalRecord.name] = 1
        words[user + Format.PrincipalRecord.trustSlot] = Format.none
        words[user + Format.PrincipalRecord.groupCount] = UInt32(count)
        let (made, storage) = Self.verifier(words)
        var verifier = made
        let found = Self.expectation { () throws(VerificationFailure) in
            try verifier.verifyPrincipal(user, kind: Format.PrincipalRecord.user)
        }
        #expect(found == (count > RecordVerifier.entriesMax ? "no more entries than can be walked" : nil))
        withExtendedLifetime(storage) {}
    }

    @Test func `slots side by side`() {
        let slots = 4_096
        for used in [1_024, 1_025] {
            // All slots in use have one entry, which no table may have: that is found behind the run.
            var words: [UInt32] = [UInt32(slots - 1), UInt32(used)] + Array(repeating: 0, count: slots * 2)
            for slot in 0..<used { words[3 + slot * 2] = UInt32(2 + slots * 2) }
            words += [0, 0, 0]
            let storage = ImageStorage(words)
            let found = Self.expectation { () throws(VerificationFailure) in
                try SymbolTableVerifier(storage.image, foldsCase: true).verify { _ in }
            }
            #expect((found == "an empty slot here and there") == (used > 1_024), "\(used): \(found ?? "nothing")")
        }
    }
}
