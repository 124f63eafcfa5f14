internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Which statements of a store applied in some case.
struct Coverage {
    /// A statement by where it is written; statements of a document in a string share their place, but not the index.
    struct Place: Hashable, Comparable {
        var file: String
        var line: Int
        var column: Int
        var index: Int
        var sid: String?

        var description: String {
            let place = "\(file):\(line):\(column) (statement \(index))"
            return sid.map { $0.isEmpty ? place : "\(place) `\($0)`" } ?? place
        }

        static func < (lhs: Place, rhs: Place) -> Bool {
            if !lhs.file.utf8.elementsEqual(rhs.file.utf8) {
                return lhs.file.utf8.lexicographicallyPrecedes(rhs.file.utf8)
            }
            return (lhs.line, lhs.column, lhs.index) < (rhs.line, rhs.column, rhs.index)
        }
    }

    var total: Int
    var uncovered: [Place]

    var coveredCount: Int { total - uncovered.count }
    /// A store without statements is covered.
    var percent: Double { total == 0 ? 100 : Double(coveredCount) * 100 / Double(total) }
    /// With one digit behind the point, never rounded up.
    var text: String {
        let tenths = total == 0 ? 1000 : coveredCount * 1000 / total
        return "\(tenths / 10).\(tenths % 10)"
    }

    var json: JSONOutput {
        let places = uncovered.map { place in
            JSONOutput.object([
                ("file", .string(place.file)), ("line", .int(place.line)), ("column", .int(place.column)),
                ("index", .int(place.index)), ("sid", place.sid.map { .string($0) } ?? .null),
            ])
        }
        return .object([
            ("statements", .int(total)), ("covered", .int(coveredCount)), ("percent", .number(text)),
            ("uncovered", .array(places)),
        ])
    }

    init(all: Set<Place>, applied: Set<Place>) {
        total = all.count
        uncovered = all.subtracting(applied).sorted()
    }

    /// Every statement of a store.
    static func places(of directory: Directory, in store: String) -> Set<Place> {
        var places: Set<Place> = []
        for source in directory.sources {
            for (index, statement) in source.document.statements.enumerated() {
                let (line, column) = source.place(ofStatement: index)
                places.insert(
                    Place(
                        file: "\(store)/\(source.file)", line: line, column: column, index: index,
                        sid: statement.sid?.string))
            }
        }
        return places
    }

    /// The statements of a store that applied.
    static func applied(_ explanation: Explanation, in store: String) -> [Place] {
        explanation.layers.flatMap(\.statements).filter { $0.outcome == "applied" }
            .map {
                Place(
                    file: "\(store)/\($0.file)", line: $0.line, column: $0.column, index: $0.index, sid: $0.sid)
            }
    }
}

extension Directory {
    /// Every document, each where it is written.
    fileprivate var sources: [PolicySource] {
        let holdings = users.values.map(\.holdings) + groups.values.map(\.holdings) + roles.values.map(\.holdings)
        let control = Array(serviceControlPolicies.values) + Array(resourceControlPolicies.values)
        return holdings.flatMap { $0.inlinePolicies.map(\.source) } + roles.values.map(\.trustPolicy)
            + policies.values.map(\.source) + resources.values.compactMap(\.policy) + control.map(\.source)
    }
}
