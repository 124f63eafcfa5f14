import DecisionTree
import PolicyCompiler
import PolicyModel
import PolicySyntax
import Testing

/// What the header says of all statements spares walks: an Allow too many there, or a Deny too few, would be a wrong answer.
@Suite("What a document's header says of its statements")
struct HeaderFactsTests {
    private static func walking(_ statements: String) throws -> Walking {
        try Walking(document(#"{"Version":"2012-10-17","Statement":[\#(statements)]}"#))
    }

    @Test(
        "everything is allowed by `*` for `*` without conditions, and by nothing else",
        arguments: [
            (#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, true),
            (#"{"Effect":"Allow","Action":["docs:Read","*"],"Resource":["arn:aws:docs:::a","*"]}"#, true),
            (
                #"{"Effect":"Allow","Action":"docs:Read","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}"#,
                true
            ),
            (#"{"Effect":"Deny","Action":"*","Resource":"*"}"#, false),
            (#"{"Effect":"Allow","Action":"*:*","Resource":"*"}"#, false),
            (#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:docs:*"}"#, false),
            (#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:docs:*"}"#, false),
            (#"{"Effect":"Allow","NotAction":"docs:Read","Resource":"*"}"#, false),
            (#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"app:b":"true"}}}"#, false),
            (#"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#, false),
        ])
    func allowsAll(_ statements: String, isExpected: Bool) throws {
        let header = try Self.walking(statements).compiled.header
        #expect((header.flags & Format.DocumentFlag.allowsAll != 0) == isExpected)
        #expect((header.openMask == .max) == isExpected)
    }

    @Test(
        "a service is open by all its actions for `*` without conditions, and by nothing else",
        arguments: [
            (#"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#, true),
            (#"{"Effect":"Allow","Action":"docs:*","Resource":"arn:aws:docs:*"}"#, false),
            (#"{"Effect":"Allow","Action":["docs:Read","docs:L*"],"Resource":"*"}"#, false),
            (#"{"Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"Bool":{"app:b":"true"}}}"#, false),
            (#"{"Effect":"Deny","Action":"docs:*","Resource":"*"}"#, false),
        ])
    func openMask(_ statements: String, isExpected: Bool) throws {
        let header = try Self.walking(statements).compiled.header
        #expect((header.openMask != 0) == isExpected)
        #expect(header.openMask & ~header.allowMask == 0)
    }

    // Services beyond the first 63 share a bit: what is open to one of them is open to none of the others.
    @Test("a service that shares its bit is never open")
    func sharedBit() throws {
        let named = (0..<70).map { #""s\#($0):Read""# }.joined(separator: ",")
        for service in [62, 63, 64, 69] {
            let walking = try Self.walking(
                #"{"Effect":"Allow","Action":[\#(named)],"Resource":"arn:aws:docs:*"},{"Effect":"Allow","Action":"s\#(service):*","Resource":"*"}"#
            )
            #expect(walking.compiled.header.openMask >> 63 == 0, "s\(service)")
            #expect((walking.compiled.header.openMask != 0) == (service < 63), "s\(service)")
        }
    }

    @Test(
        "a gate is a condition that every Deny of all but some actions has",
        arguments: [
            (#"{"Effect":"Deny","NotAction":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}}"#, true),
            (
                #"""
                {"Effect":"Deny","NotAction":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}},
                {"Effect":"Deny","NotAction":"docs:List","Resource":["arn:aws:docs:::a*","arn:aws:docs:::b"],
                 "Condition":{"StringEquals":{"app:k":"x"},"Bool":{"app:b":"true"}}},
                {"Effect":"Deny","Action":"docs:List","Resource":"*"}
                """#, true
            ),
            (#"{"Effect":"Deny","NotAction":"docs:Read","Resource":"*"}"#, false),
            (
                #"""
                {"Effect":"Deny","NotAction":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}},
                {"Effect":"Deny","NotAction":"docs:List","NotResource":"arn:aws:docs:::a*"}
                """#, false
            ),
            (
                #"""
                {"Effect":"Deny","NotAction":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}},
                {"Effect":"Deny","NotAction":"docs:List","Resource":"*","Condition":{"Bool":{"app:b":"false"}}}
                """#, false
            ),
            (#"{"Effect":"Deny","Action":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}}"#, false),
        ])
    func gate(_ statements: String, isExpected: Bool) throws {
        #expect((try Self.walking(statements).compiled.header.denyGate != 0) == isExpected)
    }

    /// Each fact, said where it is not so.
    @Test("the verifier refuses a header that says what statements do not")
    func refused() throws {
        let walking = try Self.walking(
            #"""
            {"Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"Bool":{"app:b":"true"}}},
            {"Effect":"Deny","NotAction":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}},
            {"Effect":"Deny","NotAction":"docs:List","Resource":"*"}
            """#)
        let words = walking.words
        #expect(VerifierMutationTests.verifies(words, walking))
        let deniesOthers = words[Format.Document.flags] & ~Format.DocumentFlag.deniesOthers
        for (word, value) in [
            (Format.Document.flags, words[Format.Document.flags] | Format.DocumentFlag.allowsAll),
            (Format.Document.flags, deniesOthers), (Format.Document.openMask, 1), (Format.Document.openMask + 1, 1),
            (Format.Document.denyGate, 2),
        ] {
            var wrong = words
            wrong[word] = value
            #expect(!VerifierMutationTests.verifies(wrong, walking), "word \(word)")
        }
    }
}
