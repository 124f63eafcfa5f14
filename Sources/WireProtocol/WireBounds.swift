/// The bounds of the native protocol (design §3.3); each is the largest that is still accepted.
public enum WireBounds {
    /// A message without its NUL: the largest honest `AuthorizeMany` fits, and a connection's private buffer stays small.
    public static let messageBytesMax = 64 * 1024
    /// Arrays and objects inside each other: a question's list of context values stands five deep.
    public static let depthMax = 8
    /// Arrays and objects inside each other within `policies`, which holds whole documents.
    public static let policyDepthMax = 32
    /// A principal: IAM's longest ARN.
    public static let principalBytesMax = 2_048
    /// A resource: IAM's longest ARN.
    public static let resourceBytesMax = 2_048
    /// An action: far above the longest action name of AWS.
    public static let actionBytesMax = 256
    /// Members of one `context`, those that are `null` among them.
    public static let contextKeysMax = 128
    /// A context key's name.
    public static let contextNameBytesMax = 256
    /// One context value, escapes resolved.
    public static let contextValueBytesMax = 4_096
    /// Elements of one context value.
    public static let contextListMax = 256
    /// Questions of one `AuthorizeMany`.
    public static let questionsMax = 512
    /// A number's text: IEEE doubles need 24 bytes, 128-bit integers 40.
    public static let numberBytesMax = 40
    /// A number's exponent as written, either sign.
    public static let exponentMax = 200
    /// How much of the caller's own text an error repeats.
    public static let quotedBytesMax = 120
    /// A reply that a client takes: 512 answers with explanations, or a `Status` with very many errors.
    public static let replyBytesMax = 16 * 1024 * 1024
}
