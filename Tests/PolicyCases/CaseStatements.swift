internal import JSONDocument
internal import PolicyModel
package import PolicyReference

extension ReferenceQuestion {
    /// A row about a statement as a question that its one policy decides: an `action`, `resource` or `condition` case.
    ///
    /// The resource is of the caller's own account, so that an identity policy alone is enough. A row of a boundary has it
    /// beside an identity policy that allows everything.
    package init(statement row: Case, _ form: CaseFile.Form) throws {
        let resource = form == .resource ? try row.text("resource") : "arn:aws:docs:::report/7"
        let owner = ARN(resource).flatMap { AccountID($0.account) } ?? AccountID("111111111111")
        let account = try required(owner, "an account of \(row.name)")
        self.init(
            caller: .user(account, arn: Text("arn:aws:iam::\(account):user/bob")),
            action: form == .action ? try row.text("action") : "doc:Read", resource: resource)
        context = try row.context
        let document = Document(version: row.expands ? .v2012 : .v2008, statements: [try Self.statement(row, form)])
        switch try row.kind {
        case .boundary:
            permissionsBoundary = document
            identityPolicies = [Document(version: .v2012, statements: [Self.everything])]
        default: identityPolicies = [document]
        }
    }

    private static func statement(_ row: Case, _ form: CaseFile.Form) throws -> Statement {
        var statement = Statement(effect: .allow, action: .action(["doc:Read"]), resource: .resource(["*"]))
        switch form {
        case .action: statement.action = .action([try row.text("pattern")])
        case .resource: statement.resource = .resource([try row.text("pattern")])
        case .condition:
            statement.conditions = try CaseDocuments.conditions(required(row.node["condition"], "condition"))
        case .decision, .assumption: throw CaseError(what: "\(row.name) is about more than a statement")
        }
        return statement
    }
}

extension CaseFile {
    /// Every row about a statement that policies may say, with its form.
    package static var statementCases: [(form: Form, row: Case)] {
        [Form.action, .resource, .condition].flatMap { form in
            cases(form).filter { !$0.isRefused }.map { (form, $0) }
        }
    }
}
