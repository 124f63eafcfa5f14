internal import NIOConcurrencyHelpers
internal import PolicyModel
internal import PolicySyntax

/// Documents that explanations have read again, for as long as their snapshot lives.
///
/// Any thread may call it; decisions never do.
final class DocumentCache: Sendable {
    /// Above the documents of any but the largest principals; all are forgotten when it is reached.
    private static let documentsMax = 256
    private let documents = NIOLockedValueBox<[PolicySource: Document]>([:])

    /// What the source's text means.
    func document(of source: PolicySource) -> Document {
        if source.isDocumentKept { return source.document }
        if let document = documents.withLockedValue({ $0[source] }) { return document }
        let document = source.document
        documents.withLockedValue { documents in
            if documents.count >= DocumentCache.documentsMax { documents = [:] }
            documents[source] = document
        }
        return document
    }
}
