internal import Crypto
internal import Directory
internal import HTTPTypes
internal import PolicyModel

/// Makes and reads the tokens by which a search goes on (AZ-PG-8).
///
/// A token says how many results a page has and with which candidate the next begins, under a key of this process alone; it is
/// of one query and one revision, and of nothing else.
struct PageTokens: Sendable {
    /// What a token is bound to.
    struct Binding: Sendable {
        fileprivate let bytes: [UInt8]

        init(_ query: SearchQuery, revision: String) {
            var bytes = QueryBytes()
            bytes.add(Text(query.kind.rawValue))
            bytes.add(Text(revision))
            let evaluation = query.evaluation
            bytes.add(evaluation.subject)
            bytes.add(evaluation.action.name)
            bytes.add(.object(evaluation.action.properties))
            bytes.add(evaluation.resource)
            bytes.add(.object(evaluation.context))
            self.bytes = Array(bytes.digest())
        }
    }

    /// Where a page begins.
    struct Start: Sendable, Hashable {
        let limit: Int
        let position: Int
    }

    private static let numberDigits = 8
    private let key = SymmetricKey(size: .bits256)

    /// Where the page of a request begins.
    ///
    /// - Throws: `Refusal` 400 for a token of another query, limit, revision or process (AZ-PG-4).
    func start(_ page: PageRequest?, _ binding: Binding) throws(Refusal) -> Start {
        let limit = page?.limit.map { min($0, AuthZENSearch.Limits.resultsMax) }
        guard let token = page?.token else {
            return Start(limit: limit ?? AuthZENSearch.Limits.resultsMax, position: 0)
        }
        guard let start = read(token, binding) else {
            throw Refusal(
                .badRequest,
                "`page.token` is not of this search as the policies stand now; begin again without a token")
        }
        // A page that follows may leave the limit out (AZ-PG-5).
        guard limit == nil || limit == start.limit else {
            throw Refusal(.badRequest, "`page.limit` differs from that of the page before")
        }
        return start
    }

    /// The token of a page that begins with a candidate.
    func token(limit: Int, position: Int, _ binding: Binding) -> String {
        let text = Hexadecimal.text(UInt32(clamping: limit)) + Hexadecimal.text(UInt32(clamping: position))
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8) + binding.bytes, using: key)
        return text + Hexadecimal.text(code)
    }

    private func read(_ token: String, _ binding: Binding) -> Start? {
        guard let code = Hexadecimal.bytes(Array(token.utf8.dropFirst(2 * PageTokens.numberDigits))) else { return nil }
        let numbers = Array(token.utf8.prefix(2 * PageTokens.numberDigits))
        guard numbers.count == 2 * PageTokens.numberDigits,
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: numbers + binding.bytes, using: key),
            let limit = Hexadecimal.number(numbers[..<PageTokens.numberDigits]),
            let position = Hexadecimal.number(numbers[PageTokens.numberDigits...])
        else { return nil }
        return Start(limit: limit, position: position)
    }
}

/// A query as bytes: equal queries make equal ones, in whatever order their members came (AZ-IM-9).
private struct QueryBytes {
    private var hash = SHA256()

    func digest() -> SHA256.Digest { hash.finalize() }

    mutating func add(_ text: Text) {
        add(text.utf8.count, "t")
        hash.update(data: Array(text.utf8))
    }

    mutating func add(_ entity: AuthZENEntity) {
        add(entity.type)
        add(entity.id)
        add(.object(entity.properties))
    }

    /// Adds a value; the recursion is bounded by the depth of a body.
    mutating func add(_ value: PropertyValue) {
        switch value {
        case .null: add(0, "z")
        case .boolean(let flag): add(flag ? 1 : 0, "b")
        case .number(let text):
            add(0, "n")
            add(text)
        case .string(let text): add(text)
        case .array(let elements):
            add(elements.count, "a")
            for element in elements { add(element) }
        case .object(let members):
            add(members.count, "o")
            for member in members.sorted(by: { $0.name < $1.name }) {
                add(member.name)
                add(member.value)
            }
        }
    }

    private mutating func add(_ count: Int, _ kind: Unicode.Scalar) {
        hash.update(data: [UInt8(ascii: kind)])
        hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
    }
}
