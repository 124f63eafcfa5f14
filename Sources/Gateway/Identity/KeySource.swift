internal import Directory
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore

/// Gives the keys of one issuer, from a file or a URL.
protocol KeySource: Sendable {
    /// The keys; asks for newer ones when none of them has the id.
    ///
    /// - Throws: `ProxyFault` `notReady` while there are none, or while newer ones are on their way.
    func keys(for keyID: String?) async throws(ProxyFault) -> TokenKeys
    /// Gets the keys before anybody needs them.
    func prepare() async
}

/// Keys in a file, which is read again when it has changed.
///
/// A file that is no key set leaves the last good one in force; one that is gone leaves none.
final class KeyFile: KeySource {
    private struct State {
        var mark: OutsideFile.Mark?
        var keys: TokenKeys?
    }

    private let path: String
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    init(_ path: String, logger: Logger) { (self.path, self.logger) = (path, logger) }

    func keys(for keyID: String?) async throws(ProxyFault) -> TokenKeys {
        guard let mark = OutsideFile.mark(path) else {
            state.withLockedValue { $0 = State() }
            throw ProxyFault(.notReady)
        }
        let known = state.withLockedValue { $0 }
        if known.mark != mark { await read(mark) }
        guard let keys = state.withLockedValue({ $0.keys }) else { throw ProxyFault(.notReady) }
        return keys
    }

    func prepare() async { _ = try? await keys(for: nil) }

    private func read(_ mark: OutsideFile.Mark) async {
        let bytes = OutsideFile.read(path, bytesMax: TokenKeys.bytesMax)
        var keys: TokenKeys?
        if let bytes { keys = await TokenKeys(bytes) }
        if keys == nil { logger.error("no usable keys", metadata: ["file": "\(path)"]) }
        state.withLockedValue { [keys] state in
            state.mark = mark
            if let keys { state.keys = keys }
        }
    }
}

/// Keys at a URL, fetched in the background: no request waits for another service.
final class KeyURLSource: KeySource {
    /// How often and how long, in nanoseconds of a monotonic clock.
    struct Times: Sendable {
        /// After which keys are fetched again while they still serve.
        var refresh: TimeAmount = .minutes(5)
        /// Between two fetches at least, whatever ids tokens have.
        var pause: TimeAmount = .seconds(10)
        /// After which keys that could not be fetched again serve no longer: their issuer may have taken them back.
        var ageMax: TimeAmount = .hours(24)
    }

    private struct State {
        var keys: TokenKeys?
        var fetched: NIODeadline?
        var lastBegun: NIODeadline?
        var isFetching = false
    }

    private let url: String
    private let times: Times
    private let logger: Logger
    private let fetch: @Sendable (String) async throws -> [UInt8]
    private let now: @Sendable () -> NIODeadline
    private let state = NIOLockedValueBox(State())

    init(
        _ url: String, logger: Logger, times: Times = Times(),
        now: @escaping @Sendable () -> NIODeadline = { .now() },
        fetch: @escaping @Sendable (String) async throws -> [UInt8] = KeyFetcher.fetch
    ) {
        self.url = url
        self.logger = logger
        self.times = times
        self.now = now
        self.fetch = fetch
    }

    func keys(for keyID: String?) async throws(ProxyFault) -> TokenKeys {
        let time = now()
        let state = state.withLockedValue { $0 }
        guard let keys = state.keys, let fetched = state.fetched, time - fetched <= times.ageMax else {
            refresh(time)
            throw ProxyFault(.notReady)
        }
        if let keyID, !keys.hasKey(keyID) {
            // An issuer that has changed its keys: whoever shows a new one is asked to come again, once.
            if refresh(time) || state.isFetching { throw ProxyFault(.notReady) }
        } else if time - fetched > times.refresh {
            refresh(time)
        }
        return keys
    }

    func prepare() async { refresh(now()) }

    /// Begins a fetch, unless one is under way or was begun a moment ago; whether one was begun.
    @discardableResult
    private func refresh(_ time: NIODeadline) -> Bool {
        let begins = state.withLockedValue { state in
            if state.isFetching { return false }
            if let last = state.lastBegun, time - last < times.pause { return false }
            state.isFetching = true
            state.lastBegun = time
            return true
        }
        if begins { Task { await get() } }
        return begins
    }

    private func get() async {
        var keys: TokenKeys?
        do {
            keys = await TokenKeys(try await fetch(url))
            if keys == nil { logger.error("no usable keys", metadata: ["url": "\(url)"]) }
        } catch {
            logger.error("keys cannot be fetched", metadata: ["url": "\(url)", "error": "\(error)"])
        }
        state.withLockedValue { [keys, now] state in
            state.isFetching = false
            guard let keys else { return }
            state.keys = keys
            state.fetched = now()
        }
    }
}
