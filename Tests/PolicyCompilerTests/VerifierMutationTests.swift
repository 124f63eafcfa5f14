import DecisionTree
import PolicyCompiler
import PolicyGenerators
import PolicyModel
import Testing

@Suite("What the verifier lets pass can be walked")
struct VerifierMutationTests {
    /// Every kind of node in one document of each kind.
    static func documents() throws -> [Walking] {
        let identity = try document(
            """
            {"Version":"2012-10-17","Statement":[
             {"Effect":"Allow","Action":["docs:Read","docs:L*t"],"Resource":["arn:aws:docs:::a/*","arn:aws:docs:::a?/${aws:username, 'x'}"],
              "Condition":{"StringLike":{"app:k":["a*","${aws:username}"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
             {"Effect":"Allow","NotAction":["docs:Read","mail:*"],"NotResource":"arn:aws:docs:*:*:b",
              "Condition":{"ArnLike":{"app:arn":"arn:aws:sns:*:1:t"},"DateLessThan":{"app:when":"2026-01-01"}}},
             {"Effect":"Deny","Action":"*","Resource":"*",
              "Condition":{"Bool":{"app:b":"true"},"NumericEquals":{"app:n":"5"},"StringEqualsIgnoreCase":{"app:k":"é"}}}]}
            """)
        let resource = try document(
            """
            {"Version":"2012-10-17","Statement":[
             {"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"docs:Read"},
             {"Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/r"]},
              "Action":"docs:*","Resource":"arn:aws:docs:::b","Condition":{"Null":{"app:k":"true"},
              "BinaryEquals":{"app:blob":"aGk="}}},
             {"Effect":"Allow","Principal":"*","Action":"docs:*","Resource":"arn:aws:docs:::bc"}]}
            """, kind: .resource)
        var generator = Generator(seed: 7)
        _ = generator.request()
        return try [
            Walking(identity), Walking(resource, kind: .resource), Walking(generator.document(kind: .identity)),
        ]
    }

    static let questions: [(Text, Text)] = [
        ("docs:Read", "arn:aws:docs:::a/x"), ("docs:List", "arn:aws:docs:::a1/bob"), ("mail:Send", "*"),
        ("docs:Read", "arn:aws:docs:::bc"), ("docs:Read", "arn:aws:docs:::b/x"),
    ]
    static let context: [Request.ContextEntry] = [
        ("aws:username", "bob"), ("app:k", "ab"), ("app:arn", "arn:aws:sns:eu:1:t"), ("app:b", "true"),
        ("app:n", "5"), ("app:when", "2025-01-01"), ("aws:SourceIp", "10.1.1.1"), ("app:blob", "aGk="),
    ].map { Request.ContextEntry(key: $0.0, value: .single($0.1)) }

    /// Asks everything of an image; an offset out of range would end the process here.
    static func walk(_ image: Image, _ walking: Walking, _ asking: inout Asking) -> Int {
        var found = 0
        for (action, resource) in questions {
            for header in [Format.Document.allow, Format.Document.deny] {
                asking.begin(action, resource, context, walking.tables)
                asking.setCaller()
                found += asking.grades(image, walking.tables, header).isEmpty ? 0 : 1
            }
        }
        var listing = Listing(document: image, conditions: walking.tables.view.conditions)
        return found + listing.print().utf8.count
    }

    /// Asks everything of words that the verifier lets pass; whether it does.
    static func walks(_ words: [UInt32], _ walking: Walking, _ asking: inout Asking) -> Bool {
        guard verifies(words, walking) else { return false }
        let storage = ImageStorage(words)
        _ = walk(storage.image, walking, &asking)
        withExtendedLifetime(storage) {}
        return true
    }

    static func verifies(_ words: [UInt32], _ walking: Walking, conditions: [UInt32]? = nil) -> Bool {
        let image = walking.tables.view.conditions
        let verifier = Verifier(
            document: words, conditions: conditions ?? (0..<image.count).map { image[$0] },
            conditionCount: walking.tables.conditionCount, keyCount: walking.tables.view.keyCount)
        do throws(VerificationFailure) {
            try verifier.verify()
            return true
        } catch {
            return false
        }
    }

    /// A word's neighbours, what stands for nothing, and what is far out.
    static func values(_ word: UInt32, count: Int) -> Set<UInt32> {
        Set([0, 1, word &+ 1, word &- 1, word &+ 2, UInt32(count), UInt32(count - 1), 7, .max]).subtracting([word])
    }

    @Test func `whatever single word of a document is changed`() async {
        await #expect(processExitsWith: .success) {
            var asking = Asking()
            var (refused, walked) = (0, 0)
            for walking in try Self.documents() {
                let words = walking.words
                for index in words.indices {
                    for value in Self.values(words[index], count: words.count) {
                        var mutated = words
                        mutated[index] = value
                        if Self.walks(mutated, walking, &asking) { walked += 1 } else { refused += 1 }
                    }
                }
            }
            precondition(refused > 1_000 && walked > 100, "expected mutations of both sorts")
        }
    }

    @Test func `whatever single word of its conditions is changed`() async {
        await #expect(processExitsWith: .success) {
            var asking = Asking()
            var (refused, walked) = (0, 0)
            for walking in try Self.documents() {
                let image = walking.tables.view.conditions
                let words = (0..<image.count).map { image[$0] }
                for index in words.indices {
                    for value in Self.values(words[index], count: words.count) {
                        var mutated = words
                        mutated[index] = value
                        guard Self.verifies(walking.words, walking, conditions: mutated) else {
                            refused += 1
                            continue
                        }
                        walked += 1
                        let storage = ImageStorage(mutated)
                        for (action, resource) in Self.questions {
                            asking.begin(action, resource, Self.context, walking.tables)
                            asking.setCaller()
                            for header in [Format.Document.allow, Format.Document.deny] {
                                _ = asking.grades(
                                    walking.compiled.storage.image, conditions: storage.image, walking.tables, header)
                            }
                        }
                        withExtendedLifetime(storage) {}
                    }
                }
            }
            precondition(refused > 300 && walked > 50, "expected mutations of both sorts")
        }
    }

    @Test func `every compiled document passes`() throws {
        for walking in try Self.documents() { #expect(Self.verifies(walking.words, walking)) }
        var generator = Generator(seed: 99)
        for kind in [PolicyKind.identity, .managed, .boundary, .resource] {
            for _ in 0..<60 {
                _ = generator.request()
                let walking = try Walking(generator.document(kind: kind), kind: kind)
                #expect(Self.verifies(walking.words, walking))
            }
        }
    }

    @Test func `no prefix of a document passes`() throws {
        for walking in try Self.documents() {
            let words = walking.words
            for count in words.indices { #expect(!Self.verifies(Array(words[..<count]), walking), "\(count) words") }
        }
    }
}
