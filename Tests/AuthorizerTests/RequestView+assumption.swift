import DecisionTree
import PolicyCases
import PolicyModel
import PolicyReference

// The fuzz targets link to this file.
extension RequestView {
    /// Puts a call of AssumeRole into the view, as a scanner does; gives what it asks for.
    mutating func fill(_ assumption: ReferenceAssumption, keys: SymbolTable) -> AssumptionView {
        let question = assumption.question
        fill(question.caller.arn, question.action, question.resource, question.context, keys: keys)
        fill(sessionOf: question, policyARNs: question.managedSessionPolicyARNs)
        var asked = AssumptionView()
        asked.sessionName = keep(assumption.sessionName)
        if let text = assumption.externalID { asked.externalID = keep(text) }
        if let text = assumption.sourceIdentity { asked.sourceIdentity = keep(text) }
        if let text = question.caller.presentedProvider { asked.federatedProvider = keep(text) }
        asked.durationSeconds = assumption.durationSeconds
        let firstTag = sessionTags.count
        for tag in assumption.tags {
            let key = keep(tag.key)
            sessionTags.append(TagView(key: key, value: keep(tag.value)))
        }
        asked.tags = firstTag..<sessionTags.count
        asked.transitiveTagKeys = keepTexts(assumption.transitiveTagKeys)
        asked.policyARNs = keepTexts(assumption.managedSessionPolicyARNs ?? [])
        asked.hasPolicyARNs = assumption.managedSessionPolicies != nil
        asked.hasPolicies = assumption.sessionPolicies != nil
        return asked
    }

    private mutating func keepTexts(_ texts: [Text]) -> Range<Int> {
        let first = sessionTexts.count
        for text in texts { sessionTexts.append(keep(text)) }
        return first..<sessionTexts.count
    }
}
