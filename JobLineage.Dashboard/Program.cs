using JobLineage.Dashboard.Live;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddJobLineageUi();
var app = builder.Build();
app.MapJobLineageUi();
app.Run();
