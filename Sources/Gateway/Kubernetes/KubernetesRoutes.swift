internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import JSONDocument
internal import PolicyModel
internal import WireProtocol

/// The authorization webhook of a Kubernetes API server (spec `protocols.md` §2.8).
///
/// A review is answered with 200 in the version in which it came. What is no review is 400 and what is late 503: the API
/// server's `failurePolicy` says what becomes of those.
struct KubernetesRoutes: Sendable {
    let decider: Decider

    func add(to table: inout RouteTable) {
        // The API server adds `?timeout=30s`; the gateway's own deadline is always shorter.
        table.add(.post, "/v1/kubernetes/authorize") { request in try await authorize(request) }
    }

    private func authorize(_ request: GatewayRequest) async throws -> Response {
        let review = try SubjectAccessReview(try await request.object())
        try request.checkDeadline()
        let policies = decider.policies()
        let status = status(of: review, by: policies)
        try request.checkDeadline()
        return .json([
            "apiVersion": .string(review.version.rawValue), "kind": .string(SubjectAccessReview.kind),
            "status": status.json,
        ])
    }

    private func status(of review: SubjectAccessReview, by policies: Decider.Policies) -> ReviewStatus {
        let directory = policies.snapshot.directory
        let mapping = directory.kubernetes
        guard let principal = mapping.principal(of: review.user, in: directory) else {
            let reason = "\(UserText.quoted(review.user)) is no user that the mapping knows"
            return ReviewStatus(implicitly: mapping.implicitDeny, reason)
        }
        do {
            let question = try ReviewQuestion(review).question(by: principal)
            let answer = try decider.decide(question, by: policies)
            return ReviewStatus(answer, mapping.implicitDeny)
        } catch let fault as ReviewQuestion.Fault {
            return .denied(fault.message)
        } catch let fault as QuestionFault {
            return .denied(fault.message)
        } catch {
            return .denied("the question could not be asked")
        }
    }
}

/// What the API server is told: the three decisions are its three answers.
enum ReviewStatus: Sendable, Hashable {
    case allowed
    /// Whatever other authorizers say.
    case denied(String)
    /// The next authorizer decides.
    case noOpinion(String)

    init(_ answer: GatewayAnswer, _ implicitDeny: KubernetesMapping.ImplicitDeny) {
        let reason = answer.reason.sentence
        switch answer.decision {
        case .allowed: self = .allowed
        case .explicitDeny: self = .denied(reason)
        case .implicitDeny where ReviewStatus.isUndecided(answer.reason): self = .denied(reason)
        case .implicitDeny: self = ReviewStatus(implicitly: implicitDeny, reason)
        }
    }

    /// What no policy speaks of.
    init(implicitly implicitDeny: KubernetesMapping.ImplicitDeny, _ reason: String) {
        switch implicitDeny {
        case .noOpinion: self = .noOpinion(reason)
        case .denied: self = .denied(reason)
        }
    }

    /// Whether the policies were not heard, so that one that denies may be among them: that is no lack of opinion.
    private static func isUndecided(_ reason: Reason) -> Bool {
        switch reason {
        case .brokenReference, .tooCostly, .stalePolicies, .sessionRequired, .ambiguousOwner, .unknownResourceAccount:
            true
        default: false
        }
    }

    /// The member `status` of the answer; `allowed` and `denied` are never true together.
    var json: JSONOutput {
        switch self {
        case .allowed: ["allowed": true]
        case .denied(let reason): ["allowed": false, "denied": true, "reason": .string(reason)]
        case .noOpinion(let reason): ["allowed": false, "reason": .string(reason)]
        }
    }
}
