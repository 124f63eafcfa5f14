internal import DecisionTree
public import PolicyModel

/// The names that compiled documents share: actions, services, condition keys, and the conditions themselves.
///
/// They only grow, so that a document compiled once stays good while others come and go. Not `Sendable`: one thread
/// compiles.
public final class Symbols {
    /// A condition key without ASCII upper case.
    public typealias Key = Text

    private(set) var actions = NameList()
    private(set) var services = NameList()
    private(set) var keys = NameList()
    private(set) var keyFlags: [UInt32] = []
    private var conditionIDs: [ConditionIdentity: UInt32] = [:]
    private var conditionPrograms = ProgramWriter { _ in 0 }
    // Offset 0 means none, and 1 stands for a program without words: no node begins there.
    var conditionWriter = ImageWriter(header: 2)
    private(set) var conditionCount = 0

    /// Symbols that know the keys of the language, in the order of `KeySymbol`.
    public init() {
        for key in GlobalConditionKey.allCases { _ = self.key(Text(key.rawValue)) }
        conditionPrograms = ProgramWriter { [unowned self] in testedKey($0) }
    }

    /// Names of action, service and key symbols, for listings.
    public var names: (actions: [String], services: [String], keys: [String]) {
        (actions.names.map(\.string), services.names.map(\.string), keys.names.map(\.string))
    }

    /// How many symbols and conditions there are; grows with every document ever compiled.
    public var size: Int { actions.count + keys.count + conditionCount }

    /// How many there are of each; tables made of symbols change when their numbers do.
    var counts: SymbolCounts {
        SymbolCounts(names: actions.count + services.count, keys: keys.count, conditions: conditionCount)
    }

    /// The words of the conditions so far.
    var conditionWords: [UInt32] { conditionWriter.words }

    /// The symbol of a folded action name.
    func action(_ name: Text) -> UInt32 {
        actions.number(of: name)
    }

    /// The symbol of a folded service name.
    func service(_ name: Text) -> UInt32 {
        services.number(of: name)
    }

    /// The symbol of a folded key.
    func key(_ name: Key) -> UInt32 {
        let symbol = keys.number(of: name)
        if Int(symbol) == keyFlags.count { keyFlags.append(Symbols.languageFlags(name)) }
        return symbol
    }

    /// The symbol of a key that a condition or variable reads.
    func testedKey(_ name: Key) -> UInt32 {
        let symbol = key(name)
        keyFlags[Int(symbol)] |= Format.KeyFlag.isTested
        return symbol
    }

    /// What the table of actions says of a folded name.
    func payload(ofAction name: Text) -> UInt32 {
        name.withByteView { view in
            guard let colon = ActionName.colon(view) else { return 0 }
            let service = services.find(view.slice(0, colon).text) ?? Format.ActionSymbol.noService
            return min(service, Format.ActionSymbol.noService) << Format.ActionSymbol.serviceShift
                | Format.ActionSymbol.isAskable
                | (ActionName.isAccessManagement(view) ? Format.ActionSymbol.isAccessManagement : 0)
        }
    }

    private static func languageFlags(_ folded: Text) -> UInt32 {
        var flags: UInt32 = ConditionKeys.isEngineOwned(folded: folded) ? Format.KeyFlag.isEngineOwned : 0
        if folded == "aws:tagkeys" || folded.hasPrefix("saml:")
            || TagKeyPrefix.allCases.contains(where: { folded.hasPrefix(Text($0.rawValue)) })
        {
            flags |= Format.KeyFlag.isOfFamily
        }
        if let declaration = ConditionKeys.declaration(ofFolded: folded) { flags |= declared(declaration) }
        return flags
    }

    /// The bits that say how a key is declared.
    static func declared(_ declaration: KeyDeclaration) -> UInt32 {
        let type = KeyDeclaration.ValueType.allCases.firstIndex(of: declaration.type) ?? 0
        return Format.KeyFlag.isDeclared | UInt32(type) << Format.KeyFlag.typeShift
            | (declaration.isMultiValued ? Format.KeyFlag.isMultiValued : 0)
    }

    /// The node of a condition, written the first time it is seen: equal conditions are one node (design §1).
    func condition(_ condition: Condition, expandsVariables: Bool) -> UInt32 {
        let key = testedKey(condition.key.foldedASCII)
        let identity = ConditionIdentity(
            operator: condition.operator, key: key, values: condition.values,
            expandsVariables: expandsVariables && condition.operator.base.takesVariables)
        if let offset = conditionIDs[identity] { return offset }
        let offset = ConditionEmitter(condition: condition, key: key, expandsVariables: identity.expandsVariables)
            .emit(number: UInt32(conditionCount), &conditionPrograms, into: &conditionWriter)
        conditionIDs[identity] = offset
        conditionCount += 1
        return offset
    }

    private struct ConditionIdentity: Hashable {
        let `operator`: ConditionOperator
        let key: UInt32
        let values: [Text]
        let expandsVariables: Bool
    }
}

/// How many symbols there are; they only grow, so equal numbers are equal symbols.
struct SymbolCounts: Sendable {
    /// Actions and services, whose tables name each other.
    let names: Int
    let keys: Int
    let conditions: Int
}
