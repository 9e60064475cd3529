using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace EmbSync.Core.Tests.Architecture;

/// <summary>
/// Which types of an assembly refer to which others of it, read from its code: bases, members, bodies. Constants leave no trace there.
/// </summary>
internal static class TypeReferences
{
    /// <summary>Pairs of full names of outermost types, each pair once, in order.</summary>
    public static IReadOnlyList<(string From, string To)> Of(string assemblyPath)
    {
        using var module = ModuleDefinition.ReadModule(assemblyPath);
        return
        [
            .. module.GetAllTypes()
                .SelectMany(type => Mentioned(type).SelectMany(Parts)
                    .Where(other => other.Scope == module)
                    .Select(other => (Outermost(type), Outermost(other))))
                .Where(pair => pair.Item1 != pair.Item2)
                .Distinct()
                .Order(),
        ];
    }

    private static IEnumerable<TypeReference?> Mentioned(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(one => one.InterfaceType),
        .. type.CustomAttributes.Select(one => one.AttributeType),
        .. type.GenericParameters.SelectMany(one => one.Constraints).Select(one => one.ConstraintType),
        .. type.Fields.Select(one => one.FieldType),
        .. type.Methods.SelectMany(Mentioned),
    ];

    private static IEnumerable<TypeReference?> Mentioned(MethodDefinition method) =>
    [
        .. Mentioned((MethodReference)method),
        .. method.HasBody ? method.Body.Variables.Select(one => one.VariableType) : [],
        .. method.HasBody ? method.Body.Instructions.SelectMany(one => one.Operand switch
        {
            MethodReference called => Mentioned(called),
            FieldReference field => [field.DeclaringType, field.FieldType],
            TypeReference named => [named],
            _ => [],
        }) : [],
    ];

    private static IEnumerable<TypeReference?> Mentioned(MethodReference method) =>
    [
        method.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(one => one.ParameterType),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    /// <summary>The named types in an array, a reference, a nullable or a generic type.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };

    private static string Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type.FullName;
}
