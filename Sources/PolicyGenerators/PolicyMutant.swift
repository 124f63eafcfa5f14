public import PolicyModel

/// A document with one thing changed that changes its meaning, unless another statement hides it.
///
/// Where a case or a property does not notice a mutant, it would not notice an evaluator that makes the same mistake.
public struct PolicyMutant: Sendable, Hashable {
    /// What is changed.
    public enum Change: String, Sendable, Hashable, CaseIterable {
        /// `Allow` becomes `Deny`, and the other way round.
        case flippedEffect
        /// One condition is left out.
        case droppedCondition
        /// One pattern of the actions becomes `*`; none of a `NotAction` is left, where it was the only one.
        case widenedAction
        /// One pattern of the resources becomes `*`, and of a `NotResource` none that there is.
        case widenedResource
        /// The principals become everyone, or with `NotPrincipal` nobody is left out.
        case widenedPrincipal
        /// One pattern of the actions names one that nobody asks for.
        case lostAction
        /// One pattern of the resources names one that nobody asks for.
        case lostResource
        /// One operator loses its `IfExists`, or gains it.
        case toggledIfExists
        /// `ForAllValues` becomes `ForAnyValue`, and the other way round.
        case swappedQuantifier
        /// The whole statement is left out.
        case droppedStatement
    }

    /// What was changed.
    public var change: Change
    /// In which statement.
    public var statement: Int
    /// The document as it is then.
    public var document: Document
}

extension Document {
    /// Every document that one change makes of this one; none that is the same.
    public var mutants: [PolicyMutant] {
        statements.indices.flatMap { index in
            statements[index].mutations.compactMap { change, mutation in
                var document = self
                document.statements[index] = mutation
                return document == self ? nil : PolicyMutant(change: change, statement: index, document: document)
            } + [dropped(index)]
        }
    }

    private func dropped(_ index: Int) -> PolicyMutant {
        var document = self
        document.statements.remove(at: index)
        return PolicyMutant(change: .droppedStatement, statement: index, document: document)
    }
}

extension Statement {
    fileprivate typealias Mutation = (PolicyMutant.Change, Statement)

    /// A text that no request holds.
    private static let nothing: Text = "nothing:Nothing"

    fileprivate var mutations: [Mutation] {
        [(.flippedEffect, with { $0.effect = effect == .allow ? .deny : .allow })] + conditionMutations
            + actionMutations + resourceMutations + principalMutations
    }

    private func with(_ change: (inout Statement) -> Void) -> Statement {
        var copy = self
        change(&copy)
        return copy
    }

    private var conditionMutations: [Mutation] {
        conditions.indices.flatMap { index in
            var mutations = [(PolicyMutant.Change.droppedCondition, with { $0.conditions.remove(at: index) })]
            let test = conditions[index].operator
            if test.changesWithIfExists {
                mutations.append((.toggledIfExists, with { $0.conditions[index].operator.ifExists.toggle() }))
            }
            if let quantifier = test.quantifier {
                let other: ConditionOperator.SetQuantifier =
                    quantifier == .forAllValues ? .forAnyValue : .forAllValues
                mutations.append((.swappedQuantifier, with { $0.conditions[index].operator.quantifier = other }))
            }
            return mutations
        }
    }

    private var actionMutations: [Mutation] {
        let patterns = action.patterns
        guard !patterns.contains("*") else { return [] }
        return patterns.indices.flatMap { index -> [Mutation] in
            var (wide, lost) = (patterns, patterns)
            (wide[index], lost[index]) = ("*", Statement.nothing)
            switch action {
            case .action:
                return [
                    (.widenedAction, with { $0.action = .action(wide) }),
                    (.lostAction, with { $0.action = .action(lost) }),
                ]
            // Of an exclusion less is more.
            case .notAction:
                return [
                    (.widenedAction, with { $0.action = .notAction(lost) }),
                    (.lostAction, with { $0.action = .notAction(wide) }),
                ]
            }
        }
    }

    private var resourceMutations: [Mutation] {
        guard let resource, !resource.patterns.contains("*") else { return [] }
        let patterns = resource.patterns
        return patterns.indices.flatMap { index -> [Mutation] in
            var (wide, lost) = (patterns, patterns)
            (wide[index], lost[index]) = ("*", "arn:aws:nothing:::nothing")
            switch resource {
            case .resource:
                return [
                    (.widenedResource, with { $0.resource = .resource(wide) }),
                    (.lostResource, with { $0.resource = .resource(lost) }),
                ]
            case .notResource:
                return [
                    (.widenedResource, with { $0.resource = .notResource(lost) }),
                    (.lostResource, with { $0.resource = .notResource(wide) }),
                ]
            }
        }
    }

    private var principalMutations: [Mutation] {
        guard principal != nil else { return [] }
        return [(.widenedPrincipal, with { $0.principal = .principal([.everyone]) })]
    }
}

extension ConditionOperator {
    /// Whether `IfExists` makes a difference: a missing key is true for `ForAllValues` and for negated operators without
    /// it, too (spec §4.1).
    fileprivate var changesWithIfExists: Bool {
        switch quantifier {
        case .forAllValues: false
        case .forAnyValue: base != .null
        case nil: base != .null && !base.isNegated
        }
    }
}
