"""What the invented network sells between sites: the sites of the Ethernet stories, and a price list for each code.

It sells under its usual code, and, dearer a month and cheaper to begin, under the code of the documents' printed order,
whose quote is there for every tenant from the beginning.
"""
