import Foundation
import Testing

@Suite("`import`, the program", .timeLimit(.minutes(2)))
struct ImportTests {
    private static let iam = "arn:aws:iam::111122223333"
    private static let encoded =
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22docs%3ARead%22%2C%22Resource%22%3A%22%2A%22%7D%7D"
    private static let allow =
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:*","Resource":"*"}}"#
    private static let trust =
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#

    private static func users(_ more: String = "", policy: String = #""\#(encoded)""#) -> String {
        #"{"UserName":"bob","UserId":"AIDAEXAMPLE","Path":"/staff/","Arn":"\#(iam):user/staff/bob","CreateDate":"2020-01-01T00:00:00Z","GroupList":["readers"],"UserPolicyList":[{"PolicyName":"own","PolicyDocument":\#(policy)}]\#(more)}"#
    }
    private static let group =
        #"{"GroupName":"readers","GroupId":"AGPAEXAMPLE","Path":"/","Arn":"\#(iam):group/readers","AttachedManagedPolicies":[{"PolicyName":"Reading","PolicyArn":"arn:aws:iam::aws:policy/job/Reading"}]}"#
    private static let role =
        #"{"RoleName":"worker","RoleId":"AROAEXAMPLE","Path":"/","Arn":"\#(iam):role/worker","InstanceProfileList":[{"InstanceProfileName":"x"}],"AssumeRolePolicyDocument":\#(trust)}"#
    private static let policy =
        #"{"PolicyName":"Reading","PolicyId":"ANPAEXAMPLE","Arn":"arn:aws:iam::aws:policy/job/Reading","Path":"/job/","DefaultVersionId":"v2","PolicyVersionList":[{"Document":{},"VersionId":"v1","IsDefaultVersion":false},{"Document":\#(allow),"VersionId":"v2","IsDefaultVersion":true}]}"#

    private static func page(
        users: String = "", groups: String = "", roles: String = "", policies: String = "", isTruncated: Bool = false
    ) -> String {
        #"{"UserDetailList":[\#(users)],"GroupDetailList":[\#(groups)],"RoleDetailList":[\#(roles)],"Policies":[\#(policies)],"IsTruncated":\#(isTruncated)}"#
    }

    private func run(_ text: String, in scratch: Scratch, to name: String = "store") throws -> Program.Result {
        try text.write(toFile: scratch.file("export.json"), atomically: false, encoding: .utf8)
        return try Program.run(["import", scratch.file("export.json"), scratch.file(name)])
    }

    private func tree(_ folder: String) throws -> [String: String] {
        var files: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".json") {
            files[name] = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
        }
        return files
    }

    @Test("pages in an array, or one behind the other, make the same clean store")
    func pages() throws {
        let scratch = try Scratch()
        let first = Self.page(users: Self.users(), isTruncated: true)
        let second = Self.page(groups: Self.group, roles: Self.role, policies: Self.policy)
        let array = try run("[\(first),\(second)]", in: scratch, to: "one/below")
        #expect(array.status == 0, "\(array.errors)")
        #expect(array.output.contains("not carried over: `InstanceProfileList` of the role `worker`"))
        #expect(array.output.contains("1 user, 1 group, 1 role"))
        let behind = try run("\(first)\n\(second)\n", in: scratch, to: "two")
        #expect(behind.status == 0, "\(behind.errors)")
        let store = try tree(scratch.file("two"))
        #expect(try tree(scratch.file("one/below")) == store)
        let account = "accounts/111122223333"
        #expect(
            store.keys.sorted() == [
                "\(account)/groups/readers.json", "\(account)/roles/worker.json", "\(account)/users/bob.json",
                "managed/Reading.json",
            ])
        #expect(store["\(account)/users/bob.json"]?.contains(#""Action": "docs:Read""#) == true)
        #expect(try Program.run(["check", scratch.file("two")]).status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["export.json", "one", "two"])
    }

    @Test(
        "a document that is refused or missing becomes one that denies everything, with a warning",
        arguments: [#"{"Statement":{"Effect":"Deny"}}"#, "null", #""%7""#, #""{\"Statement\":[],\"Statement\":[]}""#])
    func refused(_ document: String) throws {
        let scratch = try Scratch()
        let text = Self.page(users: Self.users(policy: document), groups: Self.group, policies: Self.policy)
        let result = try run(text, in: scratch)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("the inline policy `own` of the user `bob`"))
        #expect(result.output.contains("it now denies everything"))
        let bob = try tree(scratch.file("store"))["accounts/111122223333/users/bob.json"] ?? ""
        #expect(bob.contains(#""Effect": "Deny""#) && bob.contains(#""Action": "*""#))
    }

    @Test("a policy, group, boundary or trust policy that the export lacks denies everything")
    func missing() throws {
        let scratch = try Scratch()
        let boundary =
            #","PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"\#(Self.iam):policy/p/Edge"}"#
        let role = Self.role.replacingOccurrences(
            of: #""AssumeRolePolicyDocument":\#(Self.trust)"#, with: #""Tags":[]"#)
        let result = try run(Self.page(users: Self.users(boundary), roles: role), in: scratch)
        #expect(result.status == 0, "\(result.errors)")
        let store = try tree(scratch.file("store"))
        for file in ["groups/readers", "policies/Edge", "roles/worker"] {
            #expect(store["accounts/111122223333/\(file).json"]?.contains(#""Effect": "Deny""#) == true, "\(file)")
        }
        #expect(result.output.contains("the group `readers` of the user `bob` is not in the export"))
        #expect(result.output.contains("the trust policy of the role `worker` has no document"))
    }

    @Test(
        "what cannot be imported leaves nothing behind, and is status 1",
        arguments: [
            "", "{", "[]", "7", "{}", #"{"Users":[]}"#, page(isTruncated: true),
            page(
                users: users().replacingOccurrences(
                    of: "arn:aws:", with: "arn:aws-cn:")),
            page(users: users().replacingOccurrences(of: #""UserName":"bob""#, with: #""UserName":"../bob""#)),
            page(users: users() + "," + users()), page(users: #"{"UserName":"bob"}"#),
            page(users: users(#","Tags":[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"}]"#)),
        ])
    func refusals(_ text: String) throws {
        let scratch = try Scratch()
        let result = try run(text, in: scratch)
        #expect(result.status == 1, "\(result.output)")
        #expect(result.errors.contains("postern: cannot import "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["export.json"])
    }

    @Test(
        "what cannot be imported is told with its file and page",
        arguments: [
            ("{}", "`FILE`: page 1 is no object with `UserDetailList`, "),
            (#"{"RoleDetailList":[]}"#, "`FILE`: there is nothing in it: no user, group, role or policy"),
            (#"[{"RoleDetailList":[]},{"UserDetailList":[{}]}]"#, "`FILE`: page 2: a user has no `UserName`"),
            (#"{"UserDetailList":{}}"#, "`FILE`: page 1: `UserDetailList` must be a list of objects"),
        ])
    func told(_ text: String, _ words: String) throws {
        let scratch = try Scratch()
        let result = try run(text, in: scratch)
        #expect(result.status == 1)
        let file = scratch.file("export.json")
        #expect(
            result.errors.contains("cannot import " + words.replacingOccurrences(of: "FILE", with: file)),
            "\(result.errors)")
    }

    @Test("counts are there for programs")
    func counts() throws {
        let scratch = try Scratch()
        let text = Self.page(users: Self.users(), groups: Self.group, policies: Self.policy)
        try text.write(toFile: scratch.file("export.json"), atomically: false, encoding: .utf8)
        let result = try Program.run(["import", scratch.file("export.json"), scratch.file("store"), "--json"])
        #expect(
            result.output.contains(#""counts":{"users":1,"groups":1,"roles":0,"policies":"#), "\(result.output)")
    }

    @Test("a folder with something in it is left alone; an empty one is taken")
    func folders() throws {
        let scratch = try Scratch()
        let text = Self.page(users: Self.users())
        try FileManager.default.createDirectory(atPath: scratch.file("store"), withIntermediateDirectories: true)
        #expect(try run(text, in: scratch).status == 0)
        let before = try tree(scratch.file("store"))
        let again = try run(text, in: scratch)
        #expect(again.status == 1)
        #expect(again.errors.contains("the folder is not empty"))
        #expect(try tree(scratch.file("store")) == before)
    }

    @Test("a name that begins with a dot is no hidden file")
    func hiddenName() throws {
        let scratch = try Scratch()
        let user = Self.users().replacingOccurrences(of: "bob", with: ".bob")
        #expect(try run(Self.page(users: user), in: scratch).status == 0)
        #expect(try tree(scratch.file("store"))["accounts/111122223333/users/+.bob.json"] != nil)
    }

    @Test("help is no error and has an example")
    func help() throws {
        let result = try Program.run(["import", "--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("Example:\n  aws iam"))
    }
}
