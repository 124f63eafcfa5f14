/// A store with two users and routes to reports, as proxies ask for them.
enum ProxyFixture {
    static let account = "accounts/111122223333"

    static let alice = """
        {"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["docs:Read","docs:Write"],"Resource":"arn:aws:docs:::report/*"},
        {"Effect":"Deny","Action":"docs:Write","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
        {"Effect":"Allow","Action":"docs:Tenant","Resource":"*","Condition":{"StringEquals":{"app:Tenant":"blue"}}},
        {"Effect":"Allow","Action":"docs:Near","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
        {"Effect":"Allow","Action":"docs:Agent","Resource":"*","Condition":{"StringLike":{"aws:UserAgent":"good/*"}}},
        {"Effect":"Allow","Action":"docs:Search","Resource":"arn:aws:docs:::search/ok"},
        {"Effect":"Allow","Action":"docs:Team","Resource":"*",
         "Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}},
        {"Effect":"Allow","Action":"docs:Strong","Resource":"*",
         "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
        {"Effect":"Allow","Action":"docs:Groups","Resource":"*",
         "Condition":{"ForAnyValue:StringEquals":{"app:Groups":"admins"}}}
        ]}}]}
        """

    static let routes = """
        [{"Methods":["GET","HEAD"],"Path":"/reports/{id}","Action":"docs:Read","Resource":"arn:aws:docs:::report/{path.id}"},
         {"Methods":["PUT"],"Path":"/reports/{id}","Action":"docs:Write","Resource":"arn:aws:docs:::report/{path.id}"},
         {"Host":"*.tenant.example","Path":"/tenant","Action":"docs:Tenant","Resource":"*",
          "Context":{"app:Tenant":"{header.x-tenant}"}},
         {"Path":"/near","Action":"docs:Near","Resource":"*"},
         {"Path":"/agent","Action":"docs:Agent","Resource":"*"},
         {"Path":"/search","Action":"docs:Search","Resource":"arn:aws:docs:::search/{query.q}"},
         {"Path":"/files/{path...}","Action":"docs:Read","Resource":"arn:aws:docs:::report/{path.path}"},
         {"Path":"/public","Action":"docs:Public","Resource":"*","Anonymous":true}]
        """

    static let headerIdentity = """
        {"Header":{"Name":"X-Forwarded-User","Principal":"arn:aws:iam::111122223333:user/{value}"}}
        """

    /// The mapping; `identities` and `routes` are JSON.
    static func mapping(
        identities: String = headerIdentity, routes: String = routes, more: String = ""
    ) -> String {
        """
        {"Identity":[\(identities)],"Routes":\(routes)\(more.isEmpty ? "" : ","+more),
         "IdentityHeaders":{"X-Auth-User":"{principal.name}","X-Auth-Arn":"{principal.arn}"}}
        """
    }

    static func store(_ mapping: String = mapping()) throws -> GatewayStore {
        try GatewayStore([
            "\(account)/users/alice.json": alice, "\(account)/users/bob.json": "{}",
            "\(account)/resources/public.json": """
            {"Resource":"arn:aws:docs:::public"}
            """,
            "mappings/http.json": mapping,
        ])
    }

    /// What nginx sends about a request.
    static func nginx(_ method: String, _ target: String, user: String? = "alice") -> [(String, String)] {
        [("X-Original-URI", target), ("X-Original-Method", method)]
            + (user.map { [("X-Forwarded-User", $0)] } ?? [])
    }
}
