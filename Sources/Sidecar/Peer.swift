/// Who is at the other end of a connection, as the kernel told it when the connection was made.
struct Peer: Sendable, Hashable, BitwiseCopyable {
    /// The user that its process ran as.
    var user: UInt32
    /// Whether it may ask for explanations, reloads and errors.
    var isTrusted: Bool

    /// Nobody: what a free slot has.
    static let none = Peer(user: .max, isTrusted: false)
}
