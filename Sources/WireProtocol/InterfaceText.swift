/// The interfaces in varlink's own language, as `GetInterfaceDescription` answers.
enum InterfaceText {
    /// Where Postern is at home; `GetInfo` names it.
    static let url = "https://postern.invalid/"

    static let postern = """
        # May this principal do this action on this resource in this context?
        # Decisions follow the policy language of AWS IAM, for the policies of your own application.
        interface io.postern

        # What the caller knows of the credentials behind the principal; user is the one behind a federated-user session
        type Session (
          policies: ?[]object,
          policyArns: ?[]string,
          tags: ?[string]string,
          transitiveTagKeys: ?[]string,
          sourceIdentity: ?string,
          federatedProvider: ?string,
          issued: ?string,
          mfaPresent: ?bool,
          mfaAgeSeconds: ?int,
          user: ?string
        )

        # One question of AuthorizeMany; what it leaves out is taken from the call
        type Question (principal: ?string, action: ?string, resource: ?string, context: ?object, session: ?Session)

        # One answer of AuthorizeMany; a question with an error is denied
        type Answer (
          allowed: bool,
          decision: (allowed, explicitDeny, implicitDeny),
          error: ?string,
          explanation: ?object
        )

        # How much of everything is in force
        type Counts (
          accounts: int,
          users: int,
          groups: int,
          roles: int,
          managedPolicies: int,
          resources: int,
          controlPolicies: int,
          quarantined: int,
          trees: int,
          statements: int,
          conditions: int,
          tableBytes: int
        )

        # Decisions since the start
        type Decisions (allowed: int, explicitDeny: int, implicitDeny: int)

        # What became of the decision log: lines written, decisions that found no room, lines that could not be written
        type DecisionLog (written: int, dropped: int, failed: int)

        # The last reading of the files, in seconds since 1970
        type LastReload (at: int, succeeded: bool)

        # Context values are strings, numbers, booleans, or arrays of those
        method Authorize(
          principal: string,
          action: string,
          resource: string,
          context: ?object,
          session: ?Session,
          explain: ?bool
        ) -> (
          allowed: bool,
          decision: (allowed, explicitDeny, implicitDeny),
          revision: string,
          explanation: ?object
        )

        # Many questions under one revision; answers stand in the order of the questions
        method AuthorizeMany(
          principal: ?string,
          action: ?string,
          resource: ?string,
          context: ?object,
          session: ?Session,
          questions: []Question,
          explain: ?bool
        ) -> (answers: []Answer, revision: string)

        # May this principal assume this role, and what would the session be? No credentials are issued
        method AssumeRole(
          principal: string,
          session: ?Session,
          role: string,
          sessionName: string,
          tags: ?[string]string,
          transitiveTagKeys: ?[]string,
          sourceIdentity: ?string,
          externalId: ?string,
          policies: ?[]object,
          policyArns: ?[]string,
          durationSeconds: ?int,
          federatedProvider: ?string,
          context: ?object,
          explain: ?bool
        ) -> (
          allowed: bool,
          decision: (allowed, explicitDeny, implicitDeny),
          principal: ?string,
          session: ?Session,
          revision: string,
          explanation: ?object
        )

        # What is in force; the errors are for trusted callers only
        method Status() -> (
          revision: string,
          version: string,
          uptimeSeconds: int,
          counts: Counts,
          connections: int,
          requests: int,
          decisions: Decisions,
          reasons: [string]int,
          decisionLog: ?DecisionLog,
          lastReload: LastReload,
          stale: bool,
          errors: ?[]string,
          errorCount: int,
          ignoredFiles: int,
          image: ?(unchecked, equal, different, withdrawn)
        )

        # Reads the files now; for trusted callers
        method Reload() -> (revision: string)

        # With "more": the revision in force, and each later one
        method Watch() -> (revision: string)

        error BadRequest (message: string)
        error NotReady ()
        error Overloaded (retryAfterMilliseconds: int)
        error ReloadFailed (errors: []string)
        error PermissionDenied (message: string)

        """

    static let varlinkService = """
        # What every varlink service answers
        interface org.varlink.service

        method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)
        method GetInterfaceDescription(interface: string) -> (description: string)

        error InterfaceNotFound (interface: string)
        error MethodNotFound (method: string)
        error MethodNotImplemented (method: string)
        error InvalidParameter (parameter: string)
        error PermissionDenied ()
        error ExpectedMore ()

        """
}

extension WireInterface {
    /// The interface's description in varlink's language.
    public var text: String {
        switch self {
        case .postern: InterfaceText.postern
        case .varlinkService: InterfaceText.varlinkService
        }
    }
}
