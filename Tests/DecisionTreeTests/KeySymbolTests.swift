import DecisionTree
import PolicyModel
import Testing

@Suite("KeySymbol")
struct KeySymbolTests {
    static let symbols: [(GlobalConditionKey, UInt32)] = [
        (.principalArn, KeySymbol.principalArn), (.principalAccount, KeySymbol.principalAccount),
        (.principalType, KeySymbol.principalType), (.userID, KeySymbol.userID), (.username, KeySymbol.username),
        (.principalIsAWSService, KeySymbol.principalIsAWSService),
        (.multiFactorAuthPresent, KeySymbol.multiFactorAuthPresent), (.currentTime, KeySymbol.currentTime),
        (.epochTime, KeySymbol.epochTime), (.tagKeys, KeySymbol.tagKeys),
        (.resourceAccount, KeySymbol.resourceAccount), (.principalOrgID, KeySymbol.principalOrgID),
        (.principalOrgPaths, KeySymbol.principalOrgPaths),
        (.principalOrgMasterAccountID, KeySymbol.principalOrgMasterAccountID),
        (.principalServiceName, KeySymbol.principalServiceName),
        (.principalServiceNamesList, KeySymbol.principalServiceNamesList),
        (.sourceIdentity, KeySymbol.sourceIdentity), (.federatedProvider, KeySymbol.federatedProvider),
        (.tokenIssueTime, KeySymbol.tokenIssueTime), (.multiFactorAuthAge, KeySymbol.multiFactorAuthAge),
        (.resourceOrgID, KeySymbol.resourceOrgID), (.resourceOrgPaths, KeySymbol.resourceOrgPaths),
        (.viaAWSService, KeySymbol.viaAWSService), (.externalID, KeySymbol.externalID),
        (.roleSessionName, KeySymbol.roleSessionName), (.stsSourceIdentity, KeySymbol.stsSourceIdentity),
        (.transitiveTagKeys, KeySymbol.transitiveTagKeys),
    ]

    @Test("each is the key's place in the language's list, which every key table begins with", arguments: symbols)
    func places(key: GlobalConditionKey, symbol: UInt32) {
        #expect(GlobalConditionKey.allCases[Int(symbol)] == key)
    }
}

@Suite("SymbolTable")
struct SymbolTableTests {
    private func find(_ name: Text, in table: SymbolTable) -> UInt32 { name.withByteView { table.id(of: $0) } }

    @Test("finds every name it was given, and no other", arguments: [0, 1, 7, 8, 1_000])
    func finds(count: Int) {
        let names = (0..<count).map { Text("docs:action\($0)") }
        let storage = SymbolTableWriter.storage(names.map { ($0, 7) }, foldsCase: true)
        let table = SymbolTable(storage.image, foldsCase: true)
        #expect(table.count == count)
        for (id, name) in names.enumerated() {
            #expect(find(name, in: table) == UInt32(id))
            #expect(find(Text(name.string.uppercased()), in: table) == UInt32(id))
            #expect(find(Text(name.string + "x"), in: table) == SymbolTable.none)
        }
        #expect(find("", in: table) == SymbolTable.none)
        withExtendedLifetime(storage) {}
    }

    @Test("a table that does not fold tells cases apart")
    func cases() {
        let storage = SymbolTableWriter.storage([("user/bob", 3), ("user/Bob", 4)], foldsCase: false)
        let table = SymbolTable(storage.image, foldsCase: false)
        #expect(Text("user/Bob").withByteView { table.payload(of: $0) } == 4)
        #expect(Text("user/bob").withByteView { table.payload(of: $0) } == 3)
        #expect(Text("user/BOB").withByteView { table.payload(of: $0) } == SymbolTable.none)
        withExtendedLifetime(storage) {}
    }
}

@Suite("RequestView")
struct RequestViewTests {
    @Test("a key holds one entry a question, and none in the next")
    func binding() {
        var view = RequestView(messageBytesMax: 64)
        view.beginBinding(keyCount: 10)
        let before = view.entry(of: 3)
        let isFirstBound = view.bind(3, toEntry: 5)
        let isSecondBound = view.bind(3, toEntry: 6)
        let held = view.entry(of: 3)
        #expect(before == nil)
        #expect(isFirstBound)
        #expect(!isSecondBound)
        #expect(held == 5)
        view.beginBinding(keyCount: 20)
        let (after, new) = (view.entry(of: 3), view.entry(of: 19))
        #expect(after == nil)
        #expect(new == nil)
    }

    @Test("an arena gives out what fits and refuses the rest whole")
    func arena() {
        var arena = Arena(capacity: 4)
        let taken = [arena.append(ByteView("abc")), arena.append(ByteView("de"))]
        let last = [arena.append(0x64), arena.append(0x65)]
        let held = arena.view(from: 1).text
        #expect(taken == [true, false])
        #expect(last == [true, false])
        #expect(held == "bcd")
        arena.reset(to: 1)
        let isTaken = arena.append(ByteView("xyz"))
        let whole = arena.view(from: 0).text
        #expect(isTaken)
        #expect(whole == "axyz")
    }

    @Test("a buffer grows, and forgets what it is told to")
    func buffer() {
        var buffer = TrivialBuffer<Int>(capacity: 1)
        for number in 0..<100 { buffer.append(number * number) }
        let (count, last) = (buffer.count, buffer[99])
        #expect(count == 100)
        #expect(last == 9_801)
        buffer.truncate(to: 2)
        buffer.resize(to: 4, with: -1)
        let rest = [buffer[1], buffer[2], buffer[3]]
        #expect(rest == [1, -1, -1])
    }
}
