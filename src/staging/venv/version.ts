/** Names the emulator's version that `requirements.txt` pins. https://pypi.org/project/ministack/ */
export const ministackVersion = '1.5.33';
