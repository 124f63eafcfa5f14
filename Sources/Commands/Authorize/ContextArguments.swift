internal import JSONDocument
internal import PosternClient

/// Reads the context of a question from the command line.
///
/// `KEY=VALUE` is a string, whatever VALUE looks like; `KEY:=JSON` is JSON: a number, `true`, or a list. A key of
/// the command line replaces the same one of the file.
enum ContextArguments {
    static func read(_ arguments: [String], file: String?) throws(CommandFailure) -> [String: ContextValue] {
        var context: [String: ContextValue] = [:]
        if let file { context = try read(file: file) }
        var seen: Set<String> = []
        for argument in arguments {
            let (key, value) = try entry(argument)
            guard seen.insert(key).inserted else { throw .usage("context key `\(key)` is given twice") }
            context[key] = value
        }
        return context
    }

    private static func entry(_ argument: String) throws(CommandFailure) -> (key: String, value: ContextValue?) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
            throw .usage("`--context \(argument)` is not KEY=VALUE")
        }
        let value = String(argument[argument.index(after: equals)...])
        let key = argument[..<equals]
        guard key.hasSuffix(":") else { return (String(key), .string(value)) }
        let name = String(key.dropLast())
        guard !name.isEmpty else { throw .usage("`--context \(argument)` has no key") }
        let document = try parse(Array(value.utf8), from: "--context \(name)")
        return (name, try convert(document.root, key: name))
    }

    private static func read(file: String) throws(CommandFailure) -> [String: ContextValue] {
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try Files.read(file, bytesMax: JSONLimits.message.bytesMax)
        } catch {
            throw .usage("cannot read \(error.message)")
        }
        guard let members = try parse(bytes, from: file).root.members else {
            throw .usage("`\(file)` does not hold a JSON object")
        }
        var context: [String: ContextValue] = [:]
        for member in members {
            // Swift takes some keys for equal that the sidecar tells apart; none may be lost on the way.
            guard context[member.name] == nil else {
                throw .usage(
                    "`\(file)`: the context key `\(member.name)` is given in two spellings that Unicode holds equal")
            }
            context[member.name] = try convert(member.value, key: member.name)
        }
        return context
    }

    private static func parse(_ bytes: [UInt8], from source: String) throws(CommandFailure) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(bytes, limits: .message)
        } catch {
            throw .usage("\(source):\(error.position.line):\(error.position.column): \(error.message)")
        }
    }

    /// `nil` for `null`, which is an absent key.
    private static func convert(_ node: JSONNode, key: String) throws(CommandFailure) -> ContextValue? {
        guard case .array(let nodes) = node.value else { return try scalar(node, key: key) }
        var values: [ContextValue] = []
        for node in nodes {
            guard let value = try scalar(node, key: key) else {
                throw .usage("context key `\(key)`: a list cannot hold null")
            }
            values.append(value)
        }
        return .list(values)
    }

    private static func scalar(_ node: JSONNode, key: String) throws(CommandFailure) -> ContextValue? {
        switch node.value {
        case .null: return nil
        case .bool(let value): return .bool(value)
        case .number(let text): return .number(text)
        case .string(let text): return .string(text)
        case .array, .object:
            throw .usage("context key `\(key)`: a value is a string, a number, a boolean, or a list of those")
        }
    }
}
