using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace JobLineage.Tests.Architecture;

/// <summary>One arrow: a type of ours refers to a type.</summary>
/// <param name="From">The full name of the outermost type that refers.</param>
/// <param name="To">The full name of the outermost type that is referred to.</param>
internal readonly record struct Arrow(string From, string To)
{
    public override string ToString() => $"{From} → {To}";
}

/// <summary>
/// Reads the arrows out of a compiled assembly: base types, interfaces, signatures, attributes, local variables and code.
/// What lambdas, iterators and nested types refer to counts for the outermost type around them.
/// </summary>
internal static class TypeReferences
{
    public static IReadOnlySet<Arrow> Of(Assembly assembly)
    {
        using var stream = File.OpenRead(assembly.Location);
        using var file = new PEReader(stream);
        var reader = file.GetMetadataReader();
        var arrows = new HashSet<Arrow>();
        foreach (var handle in reader.TypeDefinitions)
        {
            var from = TypeNames.Of(reader, handle);
            foreach (var to in OfType(file, reader, reader.GetTypeDefinition(handle)))
            {
                if (to != from)
                    arrows.Add(new(from, to));
            }
        }

        return arrows;
    }

    private static IEnumerable<string> OfType(PEReader file, MetadataReader reader, TypeDefinition type) =>
    [
        .. Resolve(reader, type.BaseType),
        .. type.GetInterfaceImplementations().SelectMany(i => Resolve(reader, reader.GetInterfaceImplementation(i).Interface)),
        .. type.GetGenericParameters()
            .SelectMany(p => reader.GetGenericParameter(p).GetConstraints())
            .SelectMany(c => Resolve(reader, reader.GetGenericParameterConstraint(c).Type)),
        .. type.GetFields().SelectMany(f => reader.GetFieldDefinition(f).DecodeSignature(TypeNames.Instance, null)),
        .. Attributes(reader, type.GetCustomAttributes()),
        .. type.GetFields().SelectMany(f => Attributes(reader, reader.GetFieldDefinition(f).GetCustomAttributes())),
        .. type.GetProperties().SelectMany(p => Attributes(reader, reader.GetPropertyDefinition(p).GetCustomAttributes())),
        .. type.GetMethods().SelectMany(m => OfMethod(file, reader, reader.GetMethodDefinition(m))),
    ];

    private static IEnumerable<string> OfMethod(PEReader file, MetadataReader reader, MethodDefinition method)
    {
        var signature = method.DecodeSignature(TypeNames.Instance, null);
        var found = new List<string>([.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(t => t)]);
        found.AddRange(Attributes(reader, method.GetCustomAttributes()));
        if (method.RelativeVirtualAddress == 0)
            return found;

        var body = file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            found.AddRange(reader.GetStandaloneSignature(body.LocalSignature)
                .DecodeLocalSignature(TypeNames.Instance, null).SelectMany(t => t));
        }

        found.AddRange(body.ExceptionRegions.SelectMany(r => Resolve(reader, r.CatchType)));
        found.AddRange(IlTokens.In(body.GetILBytes() ?? []).SelectMany(t => Resolve(reader, t)));
        return found;
    }

    private static IEnumerable<string> Attributes(MetadataReader reader, CustomAttributeHandleCollection attributes) =>
        attributes.SelectMany(a => Resolve(reader, reader.GetCustomAttribute(a).Constructor));

    private static IEnumerable<string> Resolve(MetadataReader reader, EntityHandle handle)
    {
        if (handle.IsNil)
            return [];
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return [TypeNames.Of(reader, (TypeDefinitionHandle)handle)];
            case HandleKind.TypeReference:
                return [TypeNames.Of(reader, (TypeReferenceHandle)handle)];
            case HandleKind.TypeSpecification:
                return reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(TypeNames.Instance, null);
            case HandleKind.FieldDefinition:
                return [TypeNames.Of(reader, reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType())];
            case HandleKind.MethodDefinition:
                return [TypeNames.Of(reader, reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType())];
            case HandleKind.MethodSpecification:
                var specification = reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                return
                [
                    .. Resolve(reader, specification.Method),
                    .. specification.DecodeSignature(TypeNames.Instance, null).SelectMany(t => t),
                ];
            case HandleKind.MemberReference:
                var member = reader.GetMemberReference((MemberReferenceHandle)handle);
                IEnumerable<string> named = member.GetKind() == MemberReferenceKind.Field
                    ? member.DecodeFieldSignature(TypeNames.Instance, null)
                    : member.DecodeMethodSignature(TypeNames.Instance, null) is var s ? [.. s.ReturnType, .. s.ParameterTypes.SelectMany(t => t)] : [];
                return [.. Resolve(reader, member.Parent), .. named];
            default:
                return [];
        }
    }
}
