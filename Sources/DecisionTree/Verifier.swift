/// What is wrong with a compiled image, and where.
public struct VerificationFailure: Error, Sendable, Hashable {
    /// The word at which it shows.
    public let offset: Int
    /// What was expected there.
    public let expectation: String

    /// Makes the failure.
    public init(offset: Int, expectation: String) {
        self.offset = offset
        self.expectation = expectation
    }

    /// Throws what is wrong unless something holds.
    static func expect(_ holds: Bool, _ offset: Int, _ expectation: String) throws(VerificationFailure) {
        guard holds else { throw VerificationFailure(offset: offset, expectation: expectation) }
    }
}

/// Checks that a compiled document can be walked: every offset in range and pointing backwards, every kind known, and
/// every condition that it names one that can be evaluated.
///
/// A compiled document is verified before it can get into a snapshot, so that a fault of the compiler is an error at
/// load and never the end of the process.
public struct Verifier {
    private let words: [UInt32]
    private let conditions: [UInt32]
    private let conditionCount: Int
    private let keyCount: Int

    /// Prepares to verify the words of one document against the conditions and keys it may refer to.
    ///
    /// - Parameter conditionCount: how many conditions have a number.
    public init(document words: [UInt32], conditions: [UInt32], conditionCount: Int, keyCount: Int) {
        (self.words, self.conditions) = (words, conditions)
        (self.conditionCount, self.keyCount) = (conditionCount, keyCount)
    }

    /// Verifies the document from its header down.
    public func verify() throws(VerificationFailure) {
        try Image.lending(words) { document throws(VerificationFailure) in
            try Image.lending(conditions) { conditions throws(VerificationFailure) in
                var verifier = DocumentVerifier(
                    document: document,
                    conditions: ConditionVerifier(conditions, conditionCount: conditionCount, keyCount: keyCount),
                    keyCount: keyCount)
                try verifier.verify()
            }
        }
    }
}

extension Image {
    /// Lends an array's words, which nobody copies.
    fileprivate static func lending(
        _ words: [UInt32], _ body: (Image) throws(VerificationFailure) -> Void
    ) throws(VerificationFailure) {
        try unsafe words.withUnsafeBufferPointer { buffer throws(VerificationFailure) in
            guard let base = buffer.baseAddress else {
                throw VerificationFailure(offset: 0, expectation: "words")
            }
            try body(unsafe Image(base: base, count: buffer.count))
        }
    }
}
