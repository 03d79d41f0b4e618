namespace JobLineage.Bench.Graph;

/// <summary>What one view of one program cost.</summary>
/// <param name="View">The run, as the table names it.</param>
/// <param name="Html">The first HTML, not compressed.</param>
/// <param name="Opening">Bytes down a circuit until nothing more came.</param>
/// <param name="Update">Bytes down a circuit for each update.</param>
/// <param name="Pictures">Render batches for each update.</param>
/// <param name="Processor">Microseconds of the server for each update and viewer.</param>
/// <param name="Memory">Bytes of managed heap for each viewer.</param>
/// <param name="FirstGraph">Milliseconds until a frame with a node in it.</param>
/// <param name="Pan">Messages while the picture is dragged.</param>
/// <param name="Hover">Messages while a mouse goes over nodes.</param>
/// <param name="Errors">Lines of the log about what nobody caught.</param>
internal sealed record GraphFigures(
    string View, double Html, double Opening, double Update, double Pictures, double Processor, double Memory, double FirstGraph, int Pan, int Hover, int Errors);
