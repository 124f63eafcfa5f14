import DecisionTree
import PolicyModel

@testable import WireProtocol

/// Bytes with the memory they stand in, as a loop's read buffer has it.
@safe
final class Message {
    private let storage: UnsafeMutablePointer<UInt8>
    private let count: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
        unsafe storage = .allocate(capacity: max(bytes.count, 1))
        unsafe storage.update(from: bytes, count: bytes.count)
    }

    convenience init(_ text: String) { self.init(Array(text.utf8)) }

    deinit { unsafe storage.deallocate() }

    /// Good while the message is held.
    var view: ByteView { unsafe ByteView(base: storage, count: count) }
}

/// A key table of a few names, as a snapshot has one.
struct Keys {
    private let storage: ImageStorage

    init(_ names: [Text] = ["aws:SourceIp", "app:Level"]) {
        storage = SymbolTableWriter.storage(names.map { ($0, 0) }, foldsCase: true)
    }

    var table: SymbolTable { SymbolTable(storage.image, foldsCase: true) }
}

/// What a scanned question holds, copied.
struct Question: Equatable {
    var principal = ""
    var action = ""
    var resource = ""
    var context: [String] = []
}

/// What a scan came to, copied.
enum Scanned: Equatable {
    case authorize(Question, explain: Bool)
    case many([Answered], explain: Bool)
    case other(String)
    case error(WireError)
}

/// A question of `AuthorizeMany`, or its fault.
enum Answered: Equatable {
    case question(Question)
    case fault(String)
}

extension MessageScanner {
    func question(_ context: Range<Int>) -> Question {
        var lines: [String] = []
        for index in context {
            let entry = view.entries[index]
            var values: [String] = []
            for value in entry.firstValue..<(entry.firstValue + entry.valueCount) {
                values.append(view.values[value].text.string)
            }
            let right = entry.isList ? "[" + values.joined(separator: "|") + "]" : values.joined()
            lines.append("\(entry.key.text.string)=\(right)")
        }
        return Question(
            principal: view.principal.text.string, action: view.action.text.string,
            resource: view.resource.text.string, context: lines)
    }

    mutating func questions(_ keys: SymbolTable) -> [Answered] {
        var answers: [Answered] = []
        while true {
            switch nextQuestion(keys: keys) {
            case .question(let context): answers.append(.question(question(context)))
            case .fault(let text): answers.append(.fault(text))
            case .finished: return answers
            }
        }
    }
}

func scan(_ bytes: [UInt8]) -> Scanned {
    var scanner = MessageScanner()
    return scan(bytes, with: &scanner)
}

func scan(_ text: String) -> Scanned { scan(Array(text.utf8)) }

func scan(_ bytes: [UInt8], with scanner: inout MessageScanner) -> Scanned {
    let message = Message(bytes)
    let keys = Keys()
    defer { withExtendedLifetime((message, keys)) {} }
    do throws(WireError) {
        switch try scanner.scan(message.view, keys: keys.table) {
        case .authorize(let explain):
            return .authorize(scanner.question(scanner.contextRange), explain: explain)
        case .authorizeMany(_, let explain): return .many(scanner.questions(keys.table), explain: explain)
        case .getInterfaceDescription(let interface): return .other(interface.rawValue)
        case .assumeRole: return .other("assumeRole")
        case .status: return .other("status")
        case .reload: return .other("reload")
        case .watch: return .other("watch")
        case .getInfo: return .other("info")
        }
    } catch {
        return .error(error)
    }
}

/// A whole `Authorize` with the given parameters' text.
func authorize(_ parameters: String) -> String {
    "{\"method\":\"io.postern.Authorize\",\"parameters\":{\(parameters)}}"
}

/// A whole `Authorize` with a context's text, and what else it needs.
func authorize(context: String) -> String {
    authorize("\"principal\":\"p\",\"action\":\"a:b\",\"resource\":\"*\",\"context\":\(context)")
}

/// A whole `AuthorizeMany` with the given parameters' text.
func authorizeMany(_ parameters: String) -> String {
    "{\"method\":\"io.postern.AuthorizeMany\",\"parameters\":{\(parameters)}}"
}

/// `count` times the letter `x`.
func letters(_ count: Int) -> String { String(repeating: "x", count: count) }
