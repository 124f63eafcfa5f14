public import PolicyModel

// What the sidecar says. Each call adds one whole reply with its NUL, except for the parts of `AuthorizeMany`.
extension WireBuffer {
    /// Answers `Authorize`.
    public mutating func appendAuthorizeReply(
        _ decision: Decision, revision: String, explanation: WireExplanation? = nil
    ) {
        append("{\"parameters\":{")
        append(decision)
        append(",\"revision\":")
        append(jsonString: revision)
        append(explanation)
        append("}}\0")
    }

    /// Answers `AssumeRole`; `principal` and `session` are those of the session to be, when it is allowed.
    public mutating func appendAssumeRoleReply(
        _ decision: Decision, principal: String?, session: WireSession?, revision: String,
        explanation: WireExplanation? = nil
    ) {
        append("{\"parameters\":{")
        append(decision)
        append("principal", principal)
        append(session: session)
        append("revision", revision)
        append(explanation)
        append("}}\0")
    }

    /// Begins the answer of `AuthorizeMany`; answers follow in the order of the questions.
    public mutating func beginAnswers() { append("{\"parameters\":{\"answers\":[") }

    /// Answers one question of `AuthorizeMany`.
    public mutating func appendAnswer(
        _ decision: Decision, explanation: WireExplanation? = nil, isFirst: Bool
    ) {
        append(isFirst ? "{" : ",{")
        append(decision)
        append(explanation)
        append("}")
    }

    /// Answers one question of `AuthorizeMany` that cannot be decided: `<code>: <text>`, denied.
    public mutating func appendAnswer(fault: String, isFirst: Bool) {
        append(isFirst ? "{" : ",{")
        append(Decision.implicitDeny)
        append(",\"error\":")
        append(jsonString: fault)
        append("}")
    }

    /// Ends the answer of `AuthorizeMany`.
    public mutating func endAnswers(revision: String) {
        append("],\"revision\":")
        append(jsonString: revision)
        append("}}\0")
    }

    /// Answers `Status`.
    public mutating func appendStatusReply(_ status: StatusReport) {
        append("{\"parameters\":")
        append(status)
        append("}\0")
    }

    /// Answers `Reload`.
    public mutating func appendReloadReply(revision: String) {
        append("{\"parameters\":{\"revision\":")
        append(jsonString: revision)
        append("}}\0")
    }

    /// Answers `Watch`, now or later; more replies follow.
    public mutating func appendWatchReply(revision: String) {
        append("{\"parameters\":{\"revision\":")
        append(jsonString: revision)
        append("},\"continues\":true}\0")
    }

    /// Answers `org.varlink.service.GetInfo`.
    public mutating func appendInfoReply(version: String) {
        append("{\"parameters\":{\"vendor\":\"Postern\",\"product\":\"Postern\",\"version\":")
        append(jsonString: version)
        append(",\"url\":\"")
        append(utf8: InterfaceText.url)
        append("\",\"interfaces\":")
        append(jsonStrings: [WireInterface.varlinkService.rawValue, WireInterface.postern.rawValue])
        append("}}\0")
    }

    /// Answers `org.varlink.service.GetInterfaceDescription`.
    public mutating func appendInterfaceReply(_ interface: WireInterface) {
        append("{\"parameters\":{\"description\":")
        append(jsonString: interface.text)
        append("}}\0")
    }

    /// Answers with an error.
    public mutating func appendError(_ error: WireError) {
        append("{\"error\":")
        append(jsonString: error.name)
        append(",\"parameters\":{")
        switch error {
        case .tooLong, .unparsable, .badRequest, .permissionDenied: append("message", error.message)
        case .notReady, .expectedMore: break
        case .overloaded(let wait):
            append("\"retryAfterMilliseconds\":")
            append(wait)
        case .reloadFailed(let errors):
            append("\"errors\":")
            append(jsonStrings: errors)
        case .invalidParameter(let name): append("parameter", name)
        case .methodNotFound(let method), .methodNotImplemented(let method): append("method", method)
        case .interfaceNotFound(let interface): append("interface", interface)
        }
        append("}}\0")
    }

    /// `allowed` is true for one decision only, so the two can never disagree.
    private mutating func append(_ decision: Decision) {
        switch decision {
        case .allowed: append("\"allowed\":true,\"decision\":\"allowed\"")
        case .explicitDeny: append("\"allowed\":false,\"decision\":\"explicitDeny\"")
        case .implicitDeny: append("\"allowed\":false,\"decision\":\"implicitDeny\"")
        }
    }

    mutating func append(_ explanation: WireExplanation?) {
        guard let explanation else { return }
        append(",\"explanation\":")
        append(explanation)
    }
}
