import Directory
import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

/// Texts of `organization.json` and of control policies.
enum Company {
    static let master = "444455556666"
    static let scps = "organization/service-control-policies"
    static let rcps = "organization/resource-control-policies"

    /// Root `r-1` with the management account, and unit `ou-1` with account 111122223333.
    static func organization(
        root: String = "", unit: String = "", account: String = "", more: String = "", master: String = master
    ) -> String {
        #"{"Id":"o-1","MasterAccountId":"\#(master)"\#(more),"Root":{"Id":"r-1"\#(root),"Accounts":[{"Id":"\#(Self.master)"}],"#
            + #""OrganizationalUnits":[{"Id":"ou-1"\#(unit),"Accounts":[{"Id":"111122223333"\#(account)}]}]}}"#
    }

    static func list(_ kind: ControlPolicyKind, _ names: String...) -> String {
        #","\#(kind.member)":[\#(names.map { "\"\($0)\"" }.joined(separator: ","))]"#
    }

    /// Denies an action to everyone, as resource control policies say it.
    static func rcp(_ action: String) -> String {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"\#(action)","Resource":"*"}]}"#
    }
}

@Suite("StoreLoader: organizations that are refused, and where")
struct OrganizationErrorsTests {
    private static let document = Sample.document(effect: "Deny")

    static let files: [BadFile] = [
        BadFile("organization.json", "[]", "1:1", "wrong-type"),
        BadFile("organization.json", Company.organization(more: #","Units":[]"#), "1:46", "unknown-member"),
        BadFile("organization.json", Company.organization(master: "12345"), "1:31", "wrong-value"),
        BadFile("organization.json", Company.organization(master: "777788889999"), "1:31", "missing-account"),
        BadFile(
            "organization.json", Company.organization(more: #","DefaultResourceAccount":"me""#), "1:71",
            "wrong-value"),
        BadFile("organization.json", Company.organization(more: #","Partitions":["a b"]"#), "1:60", "invalid-name"),
        BadFile("organization.json", Company.organization(more: #","Partitions":"aws""#), "1:59", "wrong-type"),
        BadFile(
            "organization.json", Company.organization(more: #","ResourceControlPolicyServices":[""]"#), "1:79",
            "invalid-name"),
        BadFile(
            "organization.json",
            #"{"Id":"x-1","MasterAccountId":"444455556666","Root":{"Id":"r-1","Accounts":[{"Id":"444455556666"}]}}"#,
            "1:7", "invalid-id"),
        BadFile(
            "organization.json",
            #"{"Id":"o-1","MasterAccountId":"444455556666","Root":{"Id":"ou-1","Accounts":[{"Id":"444455556666"}]}}"#,
            "1:59", "invalid-id"),
        BadFile("organization.json", #"{"Id":"o-1","MasterAccountId":"444455556666"}"#, "1:1", "missing-member"),
        BadFile(
            "organization.json", Company.organization(unit: #","Accounts":[{"Id":"x"}]"#), "1:160", "json"),
        BadFile(
            "organization.json", Company.organization(account: #"},{"Id":"444455556666""#), "1:176",
            "duplicate-account"),
        BadFile(
            "organization.json", Company.organization(unit: #","OrganizationalUnits":[{"Id":"ou-1"}]"#), "1:165",
            "duplicate-unit"),
        BadFile("organization.json", Company.organization(unit: #","Tags":[]"#), "1:136", "unknown-member"),
        BadFile("organization.json", Company.organization(account: #","Policies":[]"#), "1:169", "unknown-member"),
        BadFile(
            "organization.json", Company.organization(root: #","ServiceControlPolicies":"X""#), "1:90", "wrong-type"),
        BadFile(
            "organization.json", Company.organization(root: Company.list(.service, "Deny")), "1:91",
            "missing-reference"),
        BadFile(
            "organization.json", Company.organization(unit: Company.list(.resource, "FullAWSAccess")), "1:163",
            "missing-reference"),
        BadFile(
            "organization.json", Company.organization(account: Company.list(.service, "")), "1:195", "invalid-name"),
        // Control policies
        BadFile("\(Company.scps)/FullAWSAccess.json", document, "1:1", "reserved-name"),
        BadFile(
            "\(Company.rcps)/X.json", #"{"Name":"rcpfullawsaccess","Content":\#(Company.rcp("s3:*"))}"#, "1:9",
            "reserved-name"),
        BadFile("\(Company.scps)/X.json", #"{"Name":"X"}"#, "1:1", "missing-member"),
        BadFile("\(Company.scps)/X.json", #"{"Name":"","Content":\#(document)}"#, "1:9", "invalid-name"),
        BadFile(
            "\(Company.scps)/X.json", #"{"Name":"X","Content":\#(document),"Attached":1}"#, "1:116", "unknown-member"),
        BadFile(
            "\(Company.scps)/X.json",
            #"{"PolicySummary":{"Name":"X","Type":"RESOURCE_CONTROL_POLICY"},"Content":\#(document)}"#, "1:37",
            "wrong-value"),
        BadFile(
            "\(Company.scps)/X.json", #"{"PolicySummary":{"Name":"X"},"Name":"X","Content":\#(document)}"#, "1:31",
            "unknown-member"),
        BadFile("\(Company.rcps)/X.json", Sample.document(), "1:38", "missing-principal"),
        BadFile(
            "\(Company.scps)/X.json", #"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#, "1:1",
            "version-required"),
    ]

    @Test(arguments: files)
    func `a bad organization or control policy is refused with its place and code`(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let errors = store.load().diagnostics.filter(\.isError)
        let found = errors.map { "\($0.position.line):\($0.position.column) \($0.code)" }
        #expect(found.contains("\(file.place) \(file.code)"), "\(errors.map(\.fullLine))")
        #expect(Set(errors.map(\.file)) == [file.path])
        // The kind of a document is held against every rule; all else is one trouble.
        #expect(found.count == 1 || file.path.hasPrefix(Company.rcps), "\(errors.map(\.fullLine))")
    }

    @Test func `an organization loads with all that it may say, and names of policies do not mind case`() throws {
        let store = try TemporaryStore()
        let levels = Company.list(.service, "FullAWSAccess", "deny all") + Company.list(.resource, "OnlyMine")
        let more =
            #","DefaultResourceAccount":"111122223333","ResourceControlPolicyServices":["S3"],"Partitions":["corp"]"#
        try store.write(
            "organization.json", Company.organization(root: levels, account: Company.list(.service), more: more))
        try store.write("\(Company.scps)/Deny All.json", Sample.document(effect: "Deny"))
        let content = Company.rcp("s3:*").replacing("\"", with: "\\\"")
        try store.write(
            "\(Company.rcps)/any.json",
            #"{"PolicySummary":{"Name":"OnlyMine","Id":"p-1","Type":"RESOURCE_CONTROL_POLICY","AwsManaged":false},"#
                + "\"Content\":\"\(content)\"}")
        let loaded = store.load()
        #expect(loaded.diagnostics.map(\.fullLine) == [])
        let organization = try #require(loaded.directory.organization)
        #expect(organization.masterAccount.description == Company.master)
        #expect(organization.defaultResourceAccount?.description == "111122223333")
        #expect(organization.resourceControlPolicyServices == ["s3"])
        #expect(organization.partitions == ["corp"])
        #expect(organization.root.policies.service == ["FullAWSAccess", "Deny All"])
        #expect(organization.root.policies.resource == ["OnlyMine"])
        #expect(organization.root.units.first?.policies.service == nil)
        #expect(organization.root.units.first?.accounts.first?.policies.service == [])
        #expect(Array(loaded.directory.serviceControlPolicies.keys) == [.serviceControlPolicy("deny all")])
        #expect(loaded.directory.resourceControlPolicies.values.map(\.source.document.statements.count) == [1])
        #expect(loaded.directory.accounts.isEmpty, "an account without a folder is none of the store's")
    }

    @Test func `the organization's partitions are those that policies may name`() throws {
        let store = try TemporaryStore()
        let document = Sample.document().replacing(#""*"}]"#, with: #""arn:corp:docs:::x"}]"#)
        try store.write("managed/M.json", document)
        #expect(store.load().diagnostics.map(\.code) == ["unknown-partition"])
        try store.write("organization.json", Company.organization(more: #","Partitions":["corp"]"#))
        #expect(store.load().diagnostics.map(\.fullLine) == [])
        try store.write("managed/M.json", document.replacing("arn:corp", with: "arn:app"))
        #expect(store.load().diagnostics.map(\.code) == ["unknown-partition"])
        try store.write("managed/M.json", document.replacing("arn:corp", with: "arn:aws"))
        #expect(store.load().diagnostics.map(\.fullLine) == [])
    }

    @Test func `new partitions parse anew what did not change`() throws {
        let store = try TemporaryStore()
        let text = Company.organization(more: #","Partitions":["corp"]"#)
        try store.write("managed/M.json", Sample.document().replacing(#""*"}]"#, with: #""arn:corp:docs:::x"}]"#))
        try store.write("organization.json", text)
        let watched = try DirectoryStore.open(store.path)
        defer { watched.stop() }
        try store.write("organization.json", text.replacing("corp", with: "corp2"))
        #expect(watched.reports("unknown-partition") || watched.reports("the partition"))
        try store.write("organization.json", text)
        #expect(watched.catchesUp(with: store))
    }

    static let warnings: [BadFile] = [
        BadFile(
            "organization.json",
            Company.organization(root: Company.list(.service, "FullAWSAccess", "fullawsaccess")), "1:107",
            "duplicate-policy"),
        BadFile(
            "organization.json",
            Company.organization(
                unit: #","OrganizationalUnits":[{"Id":"ou-2","Name":"x"},{"Id":"ou-3","Name":"x"}]"#), "1:184",
            "duplicate-unit"),
        BadFile(
            "organization.json",
            Company.organization(
                unit: (2...6).map { #","OrganizationalUnits":[{"Id":"ou-\#($0)""# }.joined()
                    + String(repeating: "}]", count: 5)), "1:303", "quota"),
    ]

    @Test(arguments: warnings)
    func `what AWS would not take is told`(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let loaded = store.load()
        let found = loaded.diagnostics.map { "\($0.position.line):\($0.position.column) \($0.code)" }
        #expect(loaded.isGood && found == ["\(file.place) \(file.code)"], "\(loaded.diagnostics.map(\.fullLine))")
    }

    @Test func `more policies of a kind in one place than AWS allows are told`() throws {
        let store = try TemporaryStore()
        for index in 1...6 { try store.write("\(Company.scps)/P\(index).json", Sample.document(effect: "Deny")) }
        let names = Company.list(.service, "P1", "P2", "P3", "P4", "P5", "P6")
        try store.write("organization.json", Company.organization(unit: names))
        let loaded = store.load()
        #expect(loaded.isGood)
        #expect(loaded.diagnostics.map(\.code) == ["quota"])
    }
}
