internal import Crypto
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import PolicyModel

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Checks passwords, each the slow way once: what came out is remembered for as long as its line in the file stands.
final class PasswordChecker: Sendable {
    /// How many right and how many wrong answers are remembered; when there are more of one kind, all of it are forgotten:
    /// guesses push no login out.
    private static let answersMax = 4_096
    /// How often somebody who waits for a check looks whether it can begin, and for how long, in milliseconds.
    private static let waitMilliseconds: Int64 = 5
    private static let waitsMax = 12
    /// How many are checked at one time; guessing must not take every processor.
    private static let checksMax = 2
    /// The longest password, in bytes.
    private static let passwordBytesMax = 1_024

    private struct State {
        var files: [String: (mark: OutsideFile.Mark, file: PasswordFile?)] = [:]
        /// Files that are not there, which has been said.
        var missing: Set<String> = []
        var right: Set<[UInt8]> = []
        var wrong: Set<[UInt8]> = []
        var checks = 0
    }

    private let logger: Logger
    private let state = NIOLockedValueBox(State())
    /// Answers are found by a code that is of no use outside of this process.
    private let key = SymmetricKey(size: .bits256)

    init(logger: Logger) { self.logger = logger }

    /// The name and the password of `Basic` credentials (RFC 7617); `nil` for what is neither.
    static func userAndPassword(_ credentials: String) -> (user: String, password: String)? {
        guard let bytes = Base64.decode(Array(credentials.utf8).span), bytes.count <= passwordBytesMax,
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let parts = Text(text).split(at: ASCII.colon, maximum: 2)
        guard parts.count == 2, !parts[0].isEmpty, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            return nil
        }
        return (parts[0].string, parts[1].string)
    }

    /// Checks a password.
    ///
    /// - Throws: `ProxyFault`: `invalidIdentity` for a wrong one, `notReady` without a file that can be used, `busy` while
    ///   others are being checked.
    func check(_ user: String, _ password: String, in path: String) async throws(ProxyFault) {
        guard let (hash, isKnown) = try file(path).hash(of: user) else { throw ProxyFault(.invalidIdentity) }
        let code = code(hash, password)
        var isRight = state.withLockedValue { state -> Bool? in
            if state.right.contains(code) { return true }
            return state.wrong.contains(code) ? false : nil
        }
        if isRight == nil { isRight = try await checkSlowly(hash, password, code) }
        // Somebody unknown may have hit upon the decoy's password.
        guard isRight == true, isKnown else { throw ProxyFault(.invalidIdentity) }
    }

    private func checkSlowly(_ hash: PasswordHash, _ password: String, _ code: [UInt8]) async throws(ProxyFault) -> Bool
    {
        var waits = 0
        while !begins() {
            // A moment's wait, so that those who guess do not turn everybody else away.
            guard waits < PasswordChecker.waitsMax,
                (try? await Task.sleep(for: .milliseconds(PasswordChecker.waitMilliseconds))) != nil
            else { throw ProxyFault(.busy) }
            waits += 1
        }
        let isRight = try? await NIOThreadPool.singleton.runIfActive { hash.matches(password) }
        state.withLockedValue { state in
            state.checks -= 1
            switch isRight {
            case true?: PasswordChecker.remember(code, in: &state.right)
            case false?: PasswordChecker.remember(code, in: &state.wrong)
            case nil: break
            }
        }
        guard let isRight else { throw ProxyFault(.internalError) }
        return isRight
    }

    /// Whether a check may begin now; it then counts as begun.
    private func begins() -> Bool {
        state.withLockedValue { state in
            guard state.checks < PasswordChecker.checksMax else { return false }
            state.checks += 1
            return true
        }
    }

    private static func remember(_ code: [UInt8], in answers: inout Set<[UInt8]>) {
        if answers.count >= answersMax { answers.removeAll(keepingCapacity: true) }
        answers.insert(code)
    }

    /// The file, read again when it has changed; one with an error is no file.
    private func file(_ path: String) throws(ProxyFault) -> PasswordFile {
        guard let mark = OutsideFile.mark(path) else {
            if state.withLockedValue({ $0.missing.insert(path).inserted }) {
                logger.error(
                    "there is no file of passwords, and nobody who shows one is let in", metadata: ["file": "\(path)"])
            }
            throw ProxyFault(.notReady)
        }
        _ = state.withLockedValue { $0.missing.remove(path) }
        if let known = state.withLockedValue({ $0.files[path] }), known.mark == mark {
            guard let file = known.file else { throw ProxyFault(.notReady) }
            return file
        }
        let file = read(path)
        state.withLockedValue { $0.files[path] = (mark, file) }
        guard let file else { throw ProxyFault(.notReady) }
        return file
    }

    private func read(_ path: String) -> PasswordFile? {
        guard let bytes = OutsideFile.read(path, bytesMax: PasswordFile.bytesMax) else {
            logger.error("the passwords cannot be read", metadata: ["file": "\(path)"])
            return nil
        }
        do throws(PasswordFile.Failure) {
            return try PasswordFile(bytes)
        } catch {
            logger.error(
                "the passwords cannot be used", metadata: ["file": "\(path)", "line": "\(error.line)"])
            return nil
        }
    }

    private func code(_ hash: PasswordHash, _ password: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: hash.identity + Array(password.utf8), using: key))
    }
}
