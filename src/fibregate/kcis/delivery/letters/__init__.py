"""What is to be sent: the heads of lanes, and the bytes made of them, which never change."""
