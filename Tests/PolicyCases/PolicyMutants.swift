package import PolicyGenerators
package import PolicyModel
package import PolicyReference

/// A mutant of one of a question's documents.
package struct MutatedQuestion {
    /// Of which kind the document is: by it and the texts, equal mutants of several cases are one.
    package var layer: String
    package var original: Document
    package var mutant: PolicyMutant
    /// Puts the mutant into the document's place, in a question that has such a place.
    package var put: (inout ReferenceQuestion) -> Void
}

extension ReferenceQuestion {
    /// Each mutant of each of its documents.
    package var mutated: [MutatedQuestion] {
        var all = list("identity", \.identityPolicies) + list("attached", \.attachedPolicies)
        all += levels("group", \.[optional: \.groupPolicies]) + list("resource", \.resourcePolicies)
        if let boundary = permissionsBoundary {
            all += mutated("boundary", boundary) { if $0.permissionsBoundary != nil { $0.permissionsBoundary = $1 } }
        }
        all += list("session", \.[optional: \.sessionPolicies])
        all += list("managed session", \.[optional: \.managedSessionPolicies])
        return all + levels("service control", \.serviceControlPolicies)
            + levels("resource control", \.resourceControlPolicies)
    }

    /// A list that may be absent, as an empty one that stays absent.
    private subscript(optional path: WritableKeyPath<ReferenceQuestion, [Document]?>) -> [Document] {
        get { self[keyPath: path] ?? [] }
        set { if self[keyPath: path] != nil { self[keyPath: path] = newValue } }
    }

    /// Groups, as a list that may be absent.
    private subscript(optional path: WritableKeyPath<ReferenceQuestion, [[Document]]>) -> [[Document]]? {
        get { self[keyPath: path] }
        set { self[keyPath: path] = newValue ?? [] }
    }

    private func list(_ layer: String, _ path: WritableKeyPath<ReferenceQuestion, [Document]>) -> [MutatedQuestion] {
        self[keyPath: path].enumerated().flatMap { index, document in
            mutated(layer, document) { question, mutant in
                if question[keyPath: path].indices.contains(index) { question[keyPath: path][index] = mutant }
            }
        }
    }

    private func levels(
        _ layer: String, _ path: WritableKeyPath<ReferenceQuestion, [[Document]]?>
    ) -> [MutatedQuestion] {
        (self[keyPath: path] ?? []).enumerated().flatMap { level, documents in
            documents.enumerated().flatMap { index, document in
                mutated("\(layer) \(level)", document) { question, mutant in
                    guard let kept = question[keyPath: path], kept.indices.contains(level) else { return }
                    if kept[level].indices.contains(index) { question[keyPath: path]?[level][index] = mutant }
                }
            }
        }
    }

    private func mutated(
        _ layer: String, _ document: Document, _ put: @escaping (inout ReferenceQuestion, Document) -> Void
    ) -> [MutatedQuestion] {
        document.mutants.map { mutant in
            MutatedQuestion(layer: layer, original: document, mutant: mutant) { put(&$0, mutant.document) }
        }
    }
}
