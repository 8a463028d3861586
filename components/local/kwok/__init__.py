"""The resource provider `kwok`: local clusters as Pulumi resources, in a process of its own."""
