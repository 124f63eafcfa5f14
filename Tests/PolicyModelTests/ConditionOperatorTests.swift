import PolicyModel
import Testing

@Suite struct ConditionOperatorTests {
    static let allNames: [String] =
        BaseOperator.allCases.filter { $0 != .null }.flatMap { base in
            ["", "ForAllValues:", "ForAnyValue:"].flatMap { prefix in
                ["", "IfExists"].map { prefix + base.rawValue + $0 }
            }
        } + ["Null"]

    @Test func `reads and writes every operator with every prefix and suffix`() {
        #expect(Self.allNames.count == 26 * 6 + 1)
        for name in Self.allNames {
            #expect(ConditionOperator(Text(name))?.description == name)
        }
    }

    @Test(
        arguments: [
            "", "stringEquals", "STRINGEQUALS", "StringEquls", "StringEquals ", " StringEquals",
            "ForAnyValue::StringEquals",
            "forAnyValue:StringEquals", "ForAnyValue:", "ForAllValues:ForAnyValue:StringEquals", "NullIfExists",
            "ForAllValues:Null", "ForAnyValue:Null", "StringEqualsIfExistsIfExists", "IfExists", "StringEqualsifexists",
            "NotBool",
            "NotNull", "BinaryNotEquals", "StringEqualsIfExists2", "ForAnyValues:StringEquals",
        ] as [Text])
    func `refuses any other name`(name: Text) {
        #expect(ConditionOperator(name) == nil)
    }

    @Test func `takes the operators with Not as negated, and no other`() {
        let negated = BaseOperator.allCases.filter(\.isNegated)
        #expect(negated == BaseOperator.allCases.filter { $0.rawValue.contains("Not") })
        #expect(negated.count == 8)
    }

    @Test func `takes variables for String and Arn operators only, wildcards for Like and Arn`() {
        for base in BaseOperator.allCases {
            #expect(base.takesVariables == (base.rawValue.hasPrefix("String") || base.rawValue.hasPrefix("Arn")))
            let isLike = base.rawValue.hasPrefix("String") && base.rawValue.hasSuffix("Like")
            #expect(base.takesWildcards == (isLike || base.rawValue.hasPrefix("Arn")))
        }
    }

    @Test(
        arguments: [
            (.string, 6), (.numeric, 6), (.date, 6), (.bool, 1), (.binary, 1), (.ip, 2), (.arn, 4), (.null, 1),
        ] as [(BaseOperator.Family, Int)])
    func `has as many operators in a family as the manual`(family: BaseOperator.Family, count: Int) {
        #expect(BaseOperator.allCases.count { $0.family == family } == count)
    }
}
