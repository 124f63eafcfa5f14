/// What a reader takes at most; the first thing past a limit is an error with its place.
public struct JSONLimits: Sendable, Hashable {
    /// The longest text, in bytes.
    public var bytesMax: Int
    /// The most arrays and objects inside each other; never above `depthCeiling`.
    public var depthMax: Int {
        didSet { depthMax = min(depthMax, JSONLimits.depthCeiling) }
    }
    /// The most values of all kinds together.
    public var nodesMax: Int

    /// Recursion over a value that was read is never deeper than this, whatever the limits say.
    public static let depthCeiling = 128

    /// Makes limits; `depthMax` above `depthCeiling` means `depthCeiling`.
    public init(bytesMax: Int, depthMax: Int, nodesMax: Int) {
        self.bytesMax = bytesMax
        self.depthMax = min(depthMax, JSONLimits.depthCeiling)
        self.nodesMax = nodesMax
    }

    /// A bare policy document: 256 KiB (design §3.2), 32 deep (spec §2.1).
    public static let policy = JSONLimits(bytesMax: 256 * 1024, depthMax: 32, nodesMax: nodesInFileMax)

    /// A file of the store: 1 MiB (design §3.2), and 40 deep.
    ///
    /// An entity file puts up to 3 levels around a document (`{"UserPolicyList": [{"PolicyDocument": …`), which may have
    /// 32 of its own; `organization.json` nests 16 at most. 40 leaves some air; `PolicySyntax` holds each document to 32.
    public static let file = JSONLimits(bytesMax: 1024 * 1024, depthMax: 40, nodesMax: nodesInFileMax)

    /// A message of the native protocol: 64 KiB, 8 deep (design §3.3).
    ///
    /// No text of 64 KiB has more than 32,769 values.
    public static let message = JSONLimits(bytesMax: 64 * 1024, depthMax: 8, nodesMax: 65_536)

    /// A node takes about a hundred bytes in memory: this many are 25 MiB, and no honest file comes near it.
    private static let nodesInFileMax = 262_144
}
