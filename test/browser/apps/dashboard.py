import streamlit as st

st.session_state.setdefault("times", 0)
if st.button("Press"):
    st.session_state.times += 1
st.write(f"pressed {st.session_state.times} times")
upload = st.file_uploader("A file")
if upload:
    st.write(f"{len(upload.getvalue())} bytes")
