public import Authorizer
public import DecisionTree
internal import PolicyCompiler
public import PolicyModel
internal import PolicySyntax

/// Everything that decides at one moment, compiled; immutable and shared by all who ask (design §1).
public final class Snapshot: Sendable {
    /// Names the files in force (design §3.2).
    public let revision: String
    /// The compiled tables.
    public let tables: DecisionTables
    /// What is in it.
    public let counts: DirectoryCounts
    /// What it was compiled from, for explanations.
    public let directory: Directory
    private let slots: [DocumentDigest: UInt32]

    init(
        revision: String, tables: DecisionTables, counts: DirectoryCounts, directory: Directory,
        slots: [DocumentDigest: UInt32]
    ) {
        self.revision = revision
        self.tables = tables
        self.counts = counts
        self.directory = directory
        self.slots = slots
    }

    /// Says why a verdict came out as it did, and which statement decided; never called on the hot path.
    ///
    /// - Parameter principal: the question's principal, as it was given.
    public func explanation(of verdict: Verdict, principal: Text, action: Text, resource: Text) -> Explanation {
        let isAllowed = verdict.decision == .allowed ? "is" : "is not"
        return Explanation(
            reason: verdict.reason,
            summary: "\(principal) \(isAllowed) authorized to perform \(action) on \(resource) because"
                + " \(verdict.reason.sentence)",
            matchedStatement: matchedStatement(verdict, principal))
    }

    private func matchedStatement(_ verdict: Verdict, _ principal: Text) -> Explanation.MatchedStatement? {
        guard verdict.slot != Format.none else { return nil }
        if verdict.layer == .resourcePolicy { return matchedResourceStatement(verdict) }
        let candidates: [(name: Text, source: PolicySource)] =
            switch verdict.layer {
            case .identityPolicy: identityPolicies(of: principal)
            case .permissionsBoundary: boundary(of: principal).map { [$0] } ?? []
            case .none, .resourcePolicy: []
            }
        let match = candidates.first { slots[DocumentDigest($0.source, isResourcePolicy: false)] == verdict.slot }
        return match.map { Explanation.MatchedStatement(verdict, policy: $0.name, source: $0.source) }
    }

    /// The statement of the registry entry with the verdict's rank: entries are ranked by how specific they are.
    private func matchedResourceStatement(_ verdict: Verdict) -> Explanation.MatchedStatement? {
        let ranked = directory.resources.values
            .sorted { TablesBuilder.isMoreSpecific($0.pattern, than: $1.pattern) }
        let rank = Int(verdict.registryRank)
        guard ranked.indices.contains(rank), let source = ranked[rank].policy else { return nil }
        return Explanation.MatchedStatement(verdict, policy: ranked[rank].pattern, source: source)
    }

    /// The entities behind a principal, its groups included.
    private func holdings(of principal: Text) -> (holdings: [PolicyHoldings], account: AccountID)? {
        switch Caller(principal) {
        case .user(let account, let arn):
            let name = arn.split(at: ASCII.slash).last ?? arn
            guard let user = directory.users[.user(account, name.foldedASCII)] else { return nil }
            let groups = user.groups.compactMap { directory.groups[.group(account, $0.foldedASCII)]?.holdings }
            return ([user.holdings] + groups, account)
        case .assumedRole(let account, let roleName, _):
            return directory.roles[.role(account, roleName.foldedASCII)].map { ([$0.holdings], account) }
        default: return nil
        }
    }

    private func identityPolicies(of principal: Text) -> [(name: Text, source: PolicySource)] {
        guard let (holdings, _) = holdings(of: principal) else { return [] }
        return holdings.flatMap { holding in
            holding.inlinePolicies.map { ($0.name, $0.source) }
                + holding.attachedPolicies.compactMap { arn in
                    directory.policy(named: arn).map { (arn, $0.source) }
                }
        }
    }

    private func boundary(of principal: Text) -> (name: Text, source: PolicySource)? {
        guard let arn = holdings(of: principal)?.holdings.first?.permissionsBoundary else { return nil }
        return directory.policy(named: arn).map { (arn, $0.source) }
    }
}

/// Why a decision came out as it did.
public struct Explanation: Sendable, Hashable {
    /// The stable code.
    public var reason: Reason
    /// One sentence for people.
    public var summary: String
    /// The statement that decided, if one did.
    public var matchedStatement: MatchedStatement?

    /// A statement with where it is written.
    public struct MatchedStatement: Sendable, Hashable {
        /// The kind of policy.
        public var layer: String
        /// Its name, its ARN, or the resource it hangs on.
        public var policy: String
        /// The statement's `Sid`, if it has one.
        public var sid: String?
        /// From 0, in document order.
        public var index: Int
        /// Relative to the store.
        public var file: String
        /// From 1.
        public var line: Int
        /// In Unicode scalars, from 1.
        public var column: Int

        init(_ verdict: Verdict, policy: Text, source: PolicySource) {
            index = Int(verdict.statementIndex)
            layer = "\(verdict.layer)"
            self.policy = policy.string
            let statements = source.document.statements
            sid = statements.indices.contains(index) ? statements[index].sid?.string : nil
            file = source.file
            (line, column) = source.place(ofStatement: index)
        }
    }
}

extension Directory {
    /// The managed policy with an ARN; its name is the part after the last slash.
    public func policy(named arn: Text) -> ManagedPolicy? {
        guard let parts = ARN(arn), let name = parts.resource.split(at: ASCII.slash).last else { return nil }
        let account = AccountID(parts.account)
        guard account != nil || parts.account == "aws" else { return nil }
        let policy = policies[.policy(account, name.foldedASCII)]
        return policy?.arn == arn ? policy : nil
    }
}
