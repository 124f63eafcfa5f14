import Authorizer
import PolicyModel
import PolicySyntax
import Testing

@testable import Directory

/// The ways of an update that random walks come by too seldom, one at a time; what every way must keep is a property of
/// the store's tests.
@Suite("SnapshotBuilder: the next version of a snapshot")
struct SnapshotUpdateTests {
    private static let policyARN: Text = "arn:aws:iam::111122223333:policy/P"

    private let builder = SnapshotBuilder()

    /// A user with a group, which has an attached policy.
    private static func company(_ action: String) throws -> Company {
        var company = try Company()
        company.add(user: "alice", inline: try Company.source(Company.allow("own:Thing")), groups: ["g"])
        company.add(group: "g", attached: [policyARN])
        company.add(policy: "P", try Company.source(Company.allow(action)))
        return company
    }

    private func update(
        _ last: Snapshot, _ company: Company, _ changed: EntityKey...
    ) throws -> Snapshot? {
        try builder.update(last, to: company.directory, changed: Set(changed), revision: "next")
    }

    @Test("a policy that can match another service now is found by those who had it before")
    func masks() throws {
        var company = try Self.company("docs:Read")
        let first = try builder.build(company.directory, revision: "first")
        company.add(policy: "P", try Company.source(Company.allow("app:Run")))
        let next = try #require(try update(first, company, .policy(company.account, "p")))
        #expect(try company.reason("alice", "app:Run", next) == .allowed)
        #expect(try company.reason("alice", "docs:Read", next) == .identityPolicy)
        #expect(
            try company.reason("alice", "app:Run", first) == .identityPolicy, "whoever reads the last is not disturbed")
        #expect(try company.reason("alice", "docs:Read", first) == .allowed)
    }

    @Test("a policy that denies now denies to those who had it before")
    func flags() throws {
        var company = try Self.company("docs:Read")
        company.add(user: "alice", inline: try Company.source(Company.allow("*")), groups: ["g"])
        let first = try builder.build(company.directory, revision: "first")
        let deny = Company.allow("docs:Read").replacing("Allow", with: "Deny")
        company.add(policy: "P", try Company.source(deny))
        let next = try #require(try update(first, company, .policy(company.account, "p")))
        #expect(try company.verdict("alice", "docs:Read", next).decision == .explicitDeny)
    }

    // Same flags, same masks: only the gate of its denies is another.
    @Test("a policy whose Deny has another condition now denies by it")
    func gates() throws {
        func deny(unless name: String) throws -> PolicySource {
            try Company.source(
                #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"own:Thing","Resource":"*","#
                    + #""Condition":{"StringEquals":{"aws:username":"\#(name)"}}}}"#)
        }
        var company = try Self.company("docs:Read")
        company.add(user: "alice", inline: try Company.source(Company.allow("*")), groups: ["g"])
        company.add(policy: "P", try deny(unless: "bob"))
        let first = try builder.build(company.directory, revision: "first")
        #expect(try company.reason("alice", "docs:Read", first) == .allowed)
        company.add(policy: "P", try deny(unless: "alice"))
        let next = try #require(try update(first, company, .policy(company.account, "p")))
        #expect(try company.verdict("alice", "docs:Read", next).decision == .explicitDeny)
        #expect(try company.reason("alice", "own:Thing", next) == .allowed)
        company.add(policy: "P", try deny(unless: "bob"))
        let last = try #require(try update(next, company, .policy(company.account, "p")))
        #expect(try company.reason("alice", "docs:Read", last) == .allowed)
    }

    // Both masks and the union of both stay; each effect has the other's service now.
    @Test("a policy whose effects change places is found by both")
    func effects() throws {
        func policy(allows: String, denies: String) throws -> PolicySource {
            try Company.source(
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"\#(allows)","Resource":"*"},"#
                    + #"{"Effect":"Deny","Action":"\#(denies)","Resource":"*"}]}"#)
        }
        var company = try Self.company("docs:Read")
        company.add(policy: "P", try policy(allows: "docs:Read", denies: "app:Run"))
        let first = try builder.build(company.directory, revision: "first")
        #expect(try company.reason("alice", "docs:Read", first) == .allowed)
        company.add(policy: "P", try policy(allows: "app:Run", denies: "docs:Read"))
        let next = try #require(try update(first, company, .policy(company.account, "p")))
        #expect(try company.reason("alice", "app:Run", next) == .allowed)
        #expect(try company.verdict("alice", "docs:Read", next).decision == .explicitDeny)
    }

    @Test("a group that outgrows its set takes its users along")
    func groups() throws {
        var company = try Self.company("docs:Read")
        company.add(user: "bob", inline: try Company.source(Company.allow("own:Thing")), groups: ["h", "g"])
        company.add(group: "h", attached: [])
        var last = try builder.build(company.directory, revision: "first")
        for number in 0..<5 {
            let name = Text("More\(number)")
            company.add(policy: name, try Company.source(Company.allow("more:Thing\(number)")))
            // The table of policies fills up on the way.
            let policy =
                try update(last, company, .policy(company.account, name.foldedASCII))
                ?? builder.build(company.directory, revision: "next")
            let arns = [Self.policyARN] + (0...number).map { Text("arn:aws:iam::111122223333:policy/More\($0)") }
            company.add(group: "g", attached: arns)
            last = try #require(try update(policy, company, .group(company.account, "g")))
            for user in ["alice", "bob"] {
                #expect(try company.reason(user, "more:Thing\(number)", last) == .allowed)
                #expect(try company.reason(user, "docs:Read", last) == .allowed)
            }
        }
        company.add(group: "g", attached: [])
        let empty = try #require(try update(last, company, .group(company.account, "g")))
        #expect(try company.reason("bob", "docs:Read", empty) == .identityPolicy)
    }

    @Test("new users are found, until the table is full and everything is written anew")
    func newUsers() throws {
        var company = try Self.company("docs:Read")
        var last = try builder.build(company.directory, revision: "first")
        var wholes = 0
        for number in 0..<40 {
            let name = Text("user\(number)")
            company.add(user: name, inline: try Company.source(Company.allow("own:Thing")), groups: ["g"])
            let next = try update(last, company, .user(company.account, name))
            wholes += next == nil ? 1 : 0
            last = try next ?? builder.build(company.directory, revision: "next")
            #expect(try company.reason(name.string, "docs:Read", last) == .allowed)
            #expect(try company.reason("user\(number + 1)", "docs:Read", last) == .unknownPrincipal)
        }
        #expect((1...6).contains(wholes), "\(wholes)")
    }

    @Test("what it cannot do by itself it does not do at all")
    func refusals() throws {
        var company = try Self.company("docs:Read")
        let first = try builder.build(company.directory, revision: "first")
        let good = company
        company.directory.users = [:]
        #expect(try update(first, company, .user(company.account, "alice")) == nil, "a deletion")
        company = good
        company.directory.quarantined = [.user(company.account, "alice")]
        #expect(try update(first, company, .user(company.account, "alice")) == nil, "a quarantine")
        company = good
        company.directory.declaredKeys = ["app:env": KeyDeclaration(type: .string)]
        #expect(try update(first, company, .schema) == nil, "the schema")
        let second = try #require(try update(first, good, .user(company.account, "alice")))
        #expect(try update(first, good, .user(company.account, "alice")) == nil, "after another snapshot than the last")
        #expect(try update(second, good, .user(company.account, "alice")) != nil)
    }

    @Test("a document that was let go of is compiled ahead, or read again")
    func preparation() throws {
        var company = try Self.company("docs:Read")
        let first = try builder.build(company.directory, revision: "first")
        let source = try Company.source(Company.allow("docs:Write"))
        #expect(builder.prepare(source, isResourcePolicy: false))
        #expect(!source.withoutDocument.isDocumentKept)
        company.add(policy: "P", source.withoutDocument)
        let next = try #require(try update(first, company, .policy(company.account, "p")))
        #expect(try company.reason("alice", "docs:Write", next) == .allowed)
        let fresh = try SnapshotBuilder().build(company.directory, revision: "next")
        #expect(try company.reason("alice", "docs:Write", fresh) == .allowed)
        #expect(try company.explanation("alice", "docs:Write", next).matchedStatement?.policy == Self.policyARN.string)
    }
}

extension Company {
    fileprivate mutating func add(policy name: Text, _ source: PolicySource) {
        let policy = ManagedPolicy(account: account, name: name, source: source)
        directory.policies[policy.key] = policy
    }
}
