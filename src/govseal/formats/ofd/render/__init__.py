"""Pages of OFD documents as pictures: text, outlines, images, and the stamps on top.

Made for people who compare what they see with what a report says; not a typesetter. One painter
walks the page and draws on a surface, of pixels or of outlines. Fonts inside the document are used,
as other readers do, so that the picture is what people see elsewhere: their outlines alone, never
their programs, and a font may show any character as any other. What a page shows proves nothing.
"""
