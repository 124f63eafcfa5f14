internal import Synchronization

/// Keeps a large value where it is: a structure that has one is lent by its address.
///
/// Without it the compiler lends a structure by a copy of its bytes on the stack, for every call. Only its type matters,
/// which has no layout that could be copied; nothing reads the value.
public struct InPlace: ~Copyable, Sendable {
    private let bytes = Atomic<UInt8>(0)

    /// A mark.
    public init() {}
}
