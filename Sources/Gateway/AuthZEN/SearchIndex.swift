internal import Directory
internal import PolicyModel

/// What searches can find under one snapshot: the catalogue, and the users as subjects; made once for each.
///
/// Candidates are in the order of their ids, so that pages follow on each other.
struct SearchIndex: Sendable {
    /// Something that may be found.
    struct Candidate: Sendable, Hashable {
        /// Its id, or an action's name.
        let id: Text
        /// What the catalogue knows of it.
        let properties: [Property]
    }

    private let subjects: [Text: [Candidate]]
    private let resources: [Text: [Candidate]]
    private let actions: [Candidate]

    init(_ directory: Directory) {
        var subjects = SearchIndex.byType(directory.catalogues.values.map(\.subjects))
        for (type, ids) in SearchIndex.users(directory) {
            let known = Set((subjects[type] ?? []).map(\.id))
            subjects[type, default: []] += ids.filter { !known.contains($0) }.map { Candidate(id: $0, properties: []) }
        }
        self.subjects = subjects.mapValues { $0.sorted { $0.id < $1.id } }
        resources = SearchIndex.byType(directory.catalogues.values.map(\.resources))
            .mapValues { $0.sorted { $0.id < $1.id } }
        actions = Set(directory.catalogues.values.flatMap(\.actions)).sorted().map {
            Candidate(id: $0, properties: [])
        }
    }

    /// What a query may find.
    func candidates(_ query: SearchQuery) -> [Candidate] {
        switch query.kind {
        case .subject: subjects[query.evaluation.subject.type] ?? []
        case .resource: resources[query.evaluation.resource.type] ?? []
        case .action: actions
        }
    }

    /// What is known of a subject.
    func subject(_ type: Text, _ id: Text) -> Candidate? { SearchIndex.find(id, in: subjects[type] ?? []) }

    /// What is known of a resource.
    func resource(_ type: Text, _ id: Text) -> Candidate? { SearchIndex.find(id, in: resources[type] ?? []) }

    private static func find(_ id: Text, in candidates: [Candidate]) -> Candidate? {
        var (low, high) = (0, candidates.count)
        while low < high {
            let middle = (low + high) / 2
            if candidates[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < candidates.count && candidates[low].id == id ? candidates[low] : nil
    }

    private static func byType(_ lists: [[CatalogueEntity]]) -> [Text: [Candidate]] {
        var types: [Text: [Candidate]] = [:]
        for entity in lists.joined() {
            types[entity.type, default: []].append(Candidate(id: entity.id, properties: entity.properties))
        }
        return types
    }

    /// The ids of the users by the types of subjects that they are.
    private static func users(_ directory: Directory) -> [Text: [Text]] {
        let mapping = directory.authzen
        var ids: [Text: [Text]] = [:]
        for (type, template) in mapping.subjects {
            ids[type] = directory.users.values.compactMap { template.onlyValue(of: $0.arn) }
        }
        guard mapping.subjects["user"] == nil, let account = mapping.account ?? directory.defaultAccount else {
            return ids
        }
        ids["user"] = directory.users.values.filter { $0.account == account }.map(\.name)
        return ids
    }
}
