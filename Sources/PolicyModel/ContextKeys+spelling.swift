extension GlobalConditionKey {
    /// The key as AWS's manual writes it, for people; the raw value without case.
    public var spelling: String {
        switch self {
        case .principalArn: "aws:PrincipalArn"
        case .principalAccount: "aws:PrincipalAccount"
        case .principalType: "aws:PrincipalType"
        case .userID: "aws:userid"
        case .username: "aws:username"
        case .principalOrgID: "aws:PrincipalOrgID"
        case .principalOrgPaths: "aws:PrincipalOrgPaths"
        case .principalOrgMasterAccountID: "aws:PrincipalOrgMasterAccountId"
        case .principalIsAWSService: "aws:PrincipalIsAWSService"
        case .principalServiceName: "aws:PrincipalServiceName"
        case .principalServiceNamesList: "aws:PrincipalServiceNamesList"
        case .sourceIdentity: "aws:SourceIdentity"
        case .federatedProvider: "aws:FederatedProvider"
        case .tokenIssueTime: "aws:TokenIssueTime"
        case .multiFactorAuthPresent: "aws:MultiFactorAuthPresent"
        case .multiFactorAuthAge: "aws:MultiFactorAuthAge"
        case .currentTime: "aws:CurrentTime"
        case .epochTime: "aws:EpochTime"
        case .secureTransport: "aws:SecureTransport"
        case .sourceIP: "aws:SourceIp"
        case .vpcSourceIP: "aws:VpcSourceIp"
        case .sourceVpc: "aws:SourceVpc"
        case .sourceVpce: "aws:SourceVpce"
        case .requestedRegion: "aws:RequestedRegion"
        case .viaAWSService: "aws:ViaAWSService"
        case .calledVia: "aws:CalledVia"
        case .calledViaFirst: "aws:CalledViaFirst"
        case .calledViaLast: "aws:CalledViaLast"
        case .sourceArn: "aws:SourceArn"
        case .sourceAccount: "aws:SourceAccount"
        case .sourceOrgID: "aws:SourceOrgID"
        case .sourceOrgPaths: "aws:SourceOrgPaths"
        case .tagKeys: "aws:TagKeys"
        case .resourceAccount: "aws:ResourceAccount"
        case .resourceOrgID: "aws:ResourceOrgID"
        case .resourceOrgPaths: "aws:ResourceOrgPaths"
        case .userAgent: "aws:UserAgent"
        case .referer: "aws:Referer"
        case .externalID: "sts:ExternalId"
        case .roleSessionName: "sts:RoleSessionName"
        case .stsSourceIdentity: "sts:SourceIdentity"
        case .transitiveTagKeys: "sts:TransitiveTagKeys"
        }
    }
}

extension TagKeyPrefix {
    /// The family as AWS's manual writes it, for people; the raw value without case.
    public var spelling: String {
        switch self {
        case .principalTag: "aws:PrincipalTag/"
        case .requestTag: "aws:RequestTag/"
        case .resourceTag: "aws:ResourceTag/"
        }
    }
}
