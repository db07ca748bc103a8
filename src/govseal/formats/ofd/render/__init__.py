"""Pages of OFD documents as pictures: text, outlines, images, and the stamps on top.

Made for people who compare what they see with what a report says; not a typesetter. Fonts are the
system's, never those inside the document: an embedded font is one more program to be attacked, and
could show any character as any other.
"""
