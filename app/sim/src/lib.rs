//! Trust: power cuts, the whole system on a stage of real parts, the played morning. Development only.
