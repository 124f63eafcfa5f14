internal import JSONDocument
internal import PolicyModel
internal import PosternClient

/// Reads what is known of a principal's credentials from a file: the members of design §3.3's `Session`, alone or as the
/// member `session` of what `assume-role --json` prints.
enum SessionFile {
    private static let members = [
        "policies", "policyArns", "tags", "transitiveTagKeys", "sourceIdentity", "federatedProvider", "issued",
        "mfaPresent", "mfaAgeSeconds", "user",
    ]

    static func read(_ path: String) throws(CommandFailure) -> Session {
        let root = try document(path).root
        let node = root["session"].flatMap { $0.members == nil ? nil : $0 } ?? root
        do throws(MemberFault) {
            return try session(node)
        } catch {
            throw .usage("`\(path)`: \(error.path.isEmpty ? "" : "\(error.path): ")\(error.message)")
        }
    }

    /// A policy document as the text of a JSON object.
    static func policy(_ path: String) throws(CommandFailure) -> String {
        let root = try document(path).root
        guard root.members != nil else { throw .usage("`\(path)` does not hold a JSON object") }
        return JSONOutput(root).serialized()
    }

    private static func document(_ path: String) throws(CommandFailure) -> JSONDocument {
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try Files.read(path, bytesMax: JSONLimits.session.bytesMax)
        } catch {
            throw .usage("cannot read \(error.message)")
        }
        do throws(JSONError) {
            return try JSONDocument(bytes, limits: .session)
        } catch {
            throw .usage("\(path):\(error.position.line):\(error.position.column): \(error.message)")
        }
    }

    private static func session(_ node: JSONNode) throws(MemberFault) -> Session {
        let reader = try ObjectReader(node, at: JSONPath(), known: members, of: "a session")
        var session = Session()
        session.policies = try policies(reader)
        session.policyARNs = try reader.texts("policyArns")?.map(\.string)
        session.tags = try reader.textMap("tags")?.map { SessionTag($0.key.string, $0.value.string) }
        session.transitiveTagKeys = try reader.texts("transitiveTagKeys")?.map(\.string)
        session.sourceIdentity = try reader.text("sourceIdentity")?.string
        session.federatedProvider = try reader.text("federatedProvider")?.string
        session.issued = try reader.text("issued")?.string
        session.mfaPresent = try reader.bool("mfaPresent")
        session.mfaAgeSeconds = try seconds(reader)
        session.user = try reader.text("user")?.string
        return session
    }

    private static func policies(_ reader: ObjectReader) throws(MemberFault) -> [String]? {
        guard let elements = try reader.elements("policies") else { return nil }
        var policies: [String] = []
        for element in elements {
            guard element.node.members != nil else {
                throw MemberFault("a policy is an object, not \(element.node.value.kindDescription)", at: element.path)
            }
            policies.append(JSONOutput(element.node).serialized())
        }
        return policies
    }

    private static func seconds(_ reader: ObjectReader) throws(MemberFault) -> Int? {
        guard let node = reader.node("mfaAgeSeconds") else { return nil }
        guard case .number(let text) = node.value, let seconds = Int(text) else {
            throw MemberFault("`mfaAgeSeconds` is a whole number", at: reader.path.appending("mfaAgeSeconds"))
        }
        return seconds
    }
}

extension JSONLimits {
    /// A message has 64 KiB; documents in it are 32 deep.
    fileprivate static let session = JSONLimits(bytesMax: 64 * 1024, depthMax: 40, nodesMax: 65_536)
}
